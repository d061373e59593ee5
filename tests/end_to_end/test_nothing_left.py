"""A person is erased in a running network of processes: no byte is left, nor comes back with a backup."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from stdnum.it import codicefiscale
from trama_deploy.broker import free_port
from trama_deploy.state import State

from tests.harness.guises import everything_in, found

pytestmark = pytest.mark.timeout(600)
FIRST = Path(__file__).parents[2] / "deploy" / "networks" / "first.yaml"
SOCIAL, SIL = "ambito-urbano", "sil"
NODES = {"ambiti": SOCIAL, "ass6": SIL}
STEM = "ZNTRLN75R54Z999"
CODE = STEM + codicefiscale.calc_check_digit(STEM)
FAMILY, NOTE, ANSWER, FILED = "Zanettovich", "Canarino giallo", "Risposta canora", "Allegato canoro"
TALK, OWN_TALK, NEED, TOWN = "Colloquio canoro", "Taccuino canoro", "Bisogno canoro", "Villotta di Sopra"
PHONE, DRAFT, HIDDEN, WRONG = "0434 999 777", "Bozza canora", "Nascosto canoro", "Errore canoro"
SECRETS = (*(CODE, FAMILY, NOTE, ANSWER, FILED, TALK, OWN_TALK, NEED, TOWN, PHONE, DRAFT, HIDDEN, WRONG),)
ORDER = {"ground": "wrong-person", "act": "Disposizione 12/2013", "reason": "Registrata per errore"}
PATIENCE = 90.0


@dataclass
class Network:
    """A social service and the SIL, each on its node, under the command line."""

    file: Path
    state: State
    ports: dict[str, int]

    def trama(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "trama_deploy", *words, "--state", str(self.state.root)]
        return subprocess.run(command, capture_output=True, text=True, timeout=180)

    def ask(self, member: str, path: str) -> httpx.Response:
        return httpx.get(self._url(member, path), headers=_signed_in(member), timeout=30)

    def do(self, member: str, path: str, body: object = None, **more: Any) -> Any:
        """Do something, and keep the answer for whoever repeats it."""
        headers = _signed_in(member) | {"Idempotency-Key": str(uuid4())}
        sent = more or {"json": body or {}}
        answer = httpx.post(self._url(member, path), headers=headers, timeout=30, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def _url(self, member: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[member]}/api/registry/{path}"

    def database(self, member: str) -> Path:
        return self.state.service(f"{member}.registry") / "service.db"


def _signed_in(member: str) -> dict[str, str]:
    return {"Authorization": f"Bearer demo-token-{'sara' if member == SOCIAL else 'livia'}"}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Both members up, on free ports."""
    folder = tmp_path_factory.mktemp("erased")
    content = yaml.safe_load(FIRST.read_text())
    content["nodes"] = {node: content["nodes"][node] for node in NODES}
    content["members"] = {name: content["members"][name] for name in NODES.values()}
    for name, member in content["members"].items():
        others = [other for other in NODES.values() if other != name]
        member.update(port=free_port(), read_by=others, services=["registry"])
        member["operators"][0]["roles"] = ["caseworker", "supervisor"]
    content["timings"].update(receipts_every=1, heads_every=2)
    file = folder / "two.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    ports = {name: member["port"] for name, member in content["members"].items()}
    made = Network(file, State(folder / "state"), ports)
    up = made.trama("network", "up", "--network", str(file), "--people", "0")
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        yield made
    finally:
        made.trama("network", "down")


def _until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def lived(network: Network) -> str:
    """A person is registered, referred, accepted, written about and listened to; the record."""
    do, ask = network.do, network.ask
    person = {"given_name": "Ercolina", "family_name": FAMILY, "tax_code": CODE, "birth_date": "1975-10-14"}
    person |= {"town": TOWN, "phone": PHONE, "taking_in_charge": {"need": NEED}}
    record = do(SOCIAL, "persons", person)["record"]
    terms = {"purpose": "work-integration", "circles": ["care"], "recipients": [SIL]}
    terms |= {"basis": {"kind": "consent"}, "notice_given_on": "2013-10-14"}
    given = do(SOCIAL, f"persons/{record}/authorisations", terms)["authorisation"]
    do(SOCIAL, f"persons/{record}/referral-drafts", {"to": SIL, "reason": DRAFT})
    asked = {"to": SIL, "reason": NEED, "need": NEED, "answer_by": "2013-10-21", "authorisation": given}
    referral = do(SOCIAL, f"persons/{record}/referrals", asked)["referral"]
    _until(lambda: ask(SIL, f"referrals/received/{referral}").status_code == 200, "the referral arrives")
    do(SIL, f"referrals/{referral}/accept")
    sent = f"referrals/sent/{referral}"
    _until(lambda: ask(SOCIAL, sent).json()["state"] == "accepted", "the acceptance is heard")
    (theirs,) = [one["record"] for one in ask(SIL, f"persons?name={FAMILY}").json()["persons"]]
    note = do(SOCIAL, f"persons/{record}/notes", {"text": NOTE, "needs_answer": True})["note"]
    for circle, text in (("care", TALK), ("own", OWN_TALK), ("care", HIDDEN)):
        held = {"kind": "home", "present": FAMILY, "summary": text, "circle": circle}
        do(SOCIAL, f"persons/{record}/interviews", held)
    document = do(
        SOCIAL,
        f"persons/{record}/documents",
        data={"kind": "report", "circle": "care"},
        files={"file": ("relazione.txt", FILED.encode(), "text/plain")},
    )["document"]
    story = f"persons/{theirs}/timeline"
    _until(lambda: all(one in ask(SIL, story).text for one in (NOTE, TALK, HIDDEN)), "all is told")
    do(SIL, f"persons/{theirs}/notes/{note}/read", {"answer": ANSWER})
    do(SIL, f"persons/{theirs}/documents/{SOCIAL}/{document}/ask")
    file = f"persons/{theirs}/documents/{SOCIAL}/{document}/content"
    _until(lambda: ask(SIL, file).text == FILED, "the file arrives")
    entries = ask(SOCIAL, f"persons/{record}/timeline").json()["entries"]
    hidden = next(one["event_id"] for one in entries if HIDDEN in json.dumps(one, ensure_ascii=False))
    do(SOCIAL, f"persons/{record}/timeline/{hidden}/hide", {"reason": "Lo ha chiesto"})
    do(SOCIAL, f"persons/{record}/timeline/{note}/correction", {"reason": WRONG})
    _until(lambda: HIDDEN not in ask(SIL, story).text and WRONG in ask(SIL, story).text, "hidden, corrected")
    assert ask(SIL, f"persons?tax_code={CODE}").status_code == 200
    return record


def left(network: Network) -> set[str]:
    """What of the person still lies anywhere: databases, their logs, the broker, what processes have said."""
    return found(SECRETS, everything_in(network.state.root))


def gone(network: Network) -> None:
    """All that is left of the person is nothing, within the time that files take to be rewritten."""
    deadline = time.monotonic() + 30
    while (there := left(network)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert there == set()


def test_no_byte_of_who_was_erased_is_left_nor_comes_back_with_a_backup(
    network: Network, tmp_path: Path
) -> None:
    """INVARIANT: when all have answered, no file of the network holds a word of who was erased, in whatever
    guise: databases, their free pages and logs, answers kept, sessions, the broker's segments, what processes
    log. A database put back from before shows nothing of it, at no moment. A store that an order does not
    reach, or serving before the list is applied, breaks it."""
    record = lived(network)
    before = left(network)
    for member in (SOCIAL, SIL):
        assert any(f"{member}/registry/service.db" in one for one in before), "or it could not fail"
    assert not [one for one in before if "broker/" in one or "nodes/" in one]
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(network.database(SOCIAL))) as now, closing(sqlite3.connect(old)) as copy:
        now.backup(copy)
    order = network.do(SOCIAL, f"persons/{record}/erasure", ORDER)["order"]
    _until(lambda: bool(network.ask(SIL, "erasure-requests").json()), "the other controller is asked")
    network.do(SIL, f"erasure-requests/{order}/answer", {"outcome": "done"})
    _until(lambda: is_over(network), "all have answered")
    gone(network)
    assert open_orders(network) == 0
    put_back(network, old)
    assert answers_until_known(network, record) <= {404, 503}
    assert FAMILY not in network.ask(SOCIAL, "persons").text
    gone(network)
    _until(lambda: is_over(network), "asked again, they answer as before")
    assert "restored" in {one["ground"] for one in network.ask(SOCIAL, "erasures").json()}


def answers_until_known(network: Network, record: str) -> set[int]:
    """What is answered of a person from the first moment on, until it is that nobody is there."""
    seen: set[int] = set()

    def not_there() -> bool:
        try:
            seen.add(network.ask(SOCIAL, f"persons/{record}").status_code)
        except httpx.HTTPError:
            return False
        return 404 in seen

    _until(not_there, "the node answers again")
    return seen


def is_over(network: Network) -> bool:
    """Whether every order is closed at both, and the files are rewritten."""
    orders = [one for member in (SOCIAL, SIL) for one in network.ask(member, "erasures").json()]
    return len(orders) > 1 and all(one["closed"] and one["scrubbed"] for one in orders)


def open_orders(network: Network) -> int:
    """What `trama erasures` says is not over; it finds every list whole."""
    answer = network.trama("erasures", "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return sum(len(one["open"]) for one in json.loads(answer.stdout))


def put_back(network: Network, old: Path) -> None:
    """Put the social service's database back as it was, as the runbook says, and start its node again."""
    assert network.trama("node", "stop", "--node", "ambiti").returncode == 0
    _until(lambda: not network.state.node_pid("ambiti").exists(), "the node stops")
    database = network.database(SOCIAL)
    for file in database.parent.glob("service.db*"):
        if file.suffix in (".db", ".db-wal", ".db-shm"):
            file.unlink()
    database.write_bytes(old.read_bytes())
    database.chmod(0o600)
    assert any(str(database.name) in one for one in left(network)), "the older one has it"
    assert network.trama("node", "start", "--node", "ambiti").returncode == 0
