"""A member's staff says from the command line who comes in; services believe the file and nothing else."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from httpx import Request
from trama_chassis.account_file import AccountFile
from trama_chassis.accounts import Accounts, WrongPassword
from trama_chassis.tokens import TokenRefused, operator_of
from trama_deploy.__main__ import app
from trama_deploy.account_file import Accounts as Changing
from trama_deploy.account_file import AccountsRefused
from trama_deploy.network import load
from trama_deploy.secrets import ensure_secrets
from trama_deploy.state import State
from typer.testing import CliRunner, Result

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A network that is no demonstration: nobody is in any account file."""
    network = load(FIRST)
    members = {name: one.model_copy(update={"operators": ()}) for name, one in network.members.items()}
    real = network.model_copy(update={"demo": False, "members": members})
    found = State(tmp_path / "state")
    ensure_secrets(real, found)
    content = yaml.safe_load(FIRST.read_text()) | {"demo": False}
    del content["clock"]
    for member in content["members"].values():
        del member["operators"]
    found.network_file.write_text(yaml.safe_dump(content))
    return found


def run(state: State, *words: str, typed: Sequence[str] = (), member: str = "sil") -> Result:
    options = ["--member", member, "--state", str(state.root)]
    return CliRunner().invoke(app, [*words, *options], input="".join(f"{line}\n" for line in typed))


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    return " ".join(result.output.split())


def added(state: State, login: str = "anna") -> str:
    """Adds a caseworker; the password that was shown."""
    words = ("accounts", "add", login, "--name", "Anna Prova", "--role", "caseworker")
    return done(run(state, *words)).partition("solo adesso: ")[2].split()[0]


def kept(state: State) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(state.accounts("sil").read_text())
    return found


def enters(state: State, login: str, password: str) -> bool:
    """Whether the services of the member let somebody in."""
    try:
        asyncio.run(Accounts(state.accounts("sil"), "sil").sign_in(login, password))
    except WrongPassword:
        return False
    return True


def test_who_is_added_comes_in_until_taken_out(state: State) -> None:
    shown = added(state)
    assert enters(state, "anna", shown)
    assert state.accounts("sil").stat().st_mode & 0o777 == 0o600
    assert shown not in state.accounts("sil").read_text()
    listed = done(run(state, "accounts", "list", "--json"))
    (anna,) = json.loads(listed)
    assert (anna["login"], anna["roles"], anna["by"]) == ("anna", ["caseworker"], ["password"])
    done(run(state, "accounts", "remove", "anna"))
    assert not enters(state, "anna", shown)


def test_a_changed_password_takes_the_place_of_the_old_one_and_is_never_shown(state: State) -> None:
    before, new = added(state), "una frase lunga, davvero"
    services = Accounts(state.accounts("sil"), "sil")
    session = asyncio.run(services.sign_in("anna", before))
    answer = done(run(state, "accounts", "password", "anna", typed=[new, new]))
    assert new not in answer
    assert enters(state, "anna", new)
    assert not enters(state, "anna", before)
    assert services.sessions.held(session) is None, "who had come in with the old one is out"


@pytest.mark.parametrize(
    ("password", "said"),
    [("corta", "corta"), ("io-sono-Anna-qui", "nome utente"), ("demo-una-frase-lunga", "dimostrazioni")],
)
def test_a_password_that_is_no_secret_is_refused_and_nothing_changes(
    state: State, password: str, said: str
) -> None:
    shown = added(state)
    assert said in refused(run(state, "accounts", "password", "anna", typed=[password, password]))
    assert enters(state, "anna", shown)


def test_what_was_changed_on_a_page_meanwhile_is_not_undone(state: State) -> None:
    shown, new = added(state), "una frase lunga, davvero"
    changing = Changing(state.accounts("sil"))
    asyncio.run(
        Accounts(state.accounts("sil"), "sil").change_password(kept(state)["operators"][0]["id"], shown, new)
    )
    changing.set_roles("anna", ["supervisor"])
    with pytest.raises(AccountsRefused, match="cambiato nel frattempo"):
        changing.write()
    assert enters(state, "anna", new)


def test_a_change_that_means_nothing_is_refused_with_what_there_is(state: State) -> None:
    added(state)
    before = state.accounts("sil").read_bytes()
    add = ("accounts", "add", "--name", "X", "--role", "caseworker")
    assert "c'è già" in refused(run(state, *add, "anna"))
    assert "lettere minuscole" in refused(run(state, *add, "Anna Prova"))
    assert "Ci sono: anna" in refused(run(state, "accounts", "roles", "bruno", "--role", "caseworker"))
    assert "Membri: " in refused(run(state, *add, "anna", member="nowhere"))
    unknown = refused(run(state, "accounts", "roles", "anna", "--role", "caseworkers"))
    assert "placement-officer (Operatore degli inserimenti)" in unknown
    assert state.accounts("sil").read_bytes() == before
    done(run(state, "accounts", "roles", "anna", "--role", "supervisor", "--role", "caseworker"))
    assert kept(state)["operators"][0]["roles"] == ["caseworker", "supervisor"]


def test_who_signs_in_elsewhere_has_no_password(state: State) -> None:
    words = ("accounts", "add", "anna", "--name", "Anna Prova", "--role", "caseworker", "--subject", "f3a1")
    assert "Password" not in done(run(state, *words))
    (anna,) = AccountFile.model_validate(kept(state)).operators
    assert (anna.subject, anna.password_hash) == ("f3a1", None)


def test_a_substitute_is_written_with_the_days_and_written_anew_where_they_overlap(state: State) -> None:
    added(state)
    added(state, "bruno")

    def substitute(first: str, last: str, *, by: str = "bruno") -> Result:
        return run(state, "accounts", "substitute", "anna", "--by", by, "--first", first, "--last", last)

    def days() -> list[tuple[str, str, str]]:
        operators = AccountFile.model_validate(kept(state)).operators
        names = {one.id: one.login or "" for one in operators}
        return [(names[sub.operator], str(sub.first), str(sub.last)) for sub in operators[0].substitutes]

    assert "bruno può sostituire anna" in done(substitute("2026-12-21", "2027-01-06"))
    done(substitute("2027-08-02", "2027-08-22"))
    done(substitute("2026-12-21", "2026-12-24"))
    assert days() == [("bruno", "2027-08-02", "2027-08-22"), ("bruno", "2026-12-21", "2026-12-24")]
    listed = json.loads(done(run(state, "accounts", "list", "--json")))[0]["substitutes"]
    assert listed[1] == {"operator": "bruno", "first": "2026-12-21", "last": "2026-12-24"}
    before = state.accounts("sil").read_bytes()
    assert "precede il primo" in refused(substitute("2027-01-02", "2027-01-01"))
    assert "sé stesso" in refused(substitute("2027-01-01", "2027-01-02", by="anna"))
    assert "Ci sono: anna, bruno" in refused(substitute("2027-01-01", "2027-01-02", by="carla"))
    assert "aaaa-mm-gg" in refused(substitute("2027-02-30", "2027-03-01"))
    assert state.accounts("sil").read_bytes() == before


def of_token(state: State, token: str) -> str | None:
    """Whom the member's services take the bearer of a token for."""
    request = Request("GET", "http://sil/", headers={"authorization": f"Bearer {token}"})
    caller = asyncio.run(Accounts(state.accounts("sil"), "sil").identify(request))  # type: ignore[arg-type]  # reads headers only
    return caller.name if caller else None


def test_a_token_is_shown_once_kept_as_a_digest_and_ends(state: State) -> None:
    added(state)
    first, second = (done(run(state, "token", "make", "anna")).split()[0] for _ in range(2))
    assert of_token(state, first) is None
    assert of_token(state, second) == "Anna Prova"
    text = state.accounts("sil").read_text()
    assert second not in text
    assert hashlib.sha256(second.encode()).hexdigest() in text
    done(run(state, "token", "end", "anna"))
    assert of_token(state, second) is None
    assert "non ha un token" in refused(run(state, "token", "end", "anna"))


def test_a_program_signs_its_own_tokens_with_its_key_until_it_is_forgotten(
    state: State, tmp_path: Path
) -> None:
    """The token is checked by the library with which services check it, not by who made it."""
    added(state)
    added(state, "bruno")
    key = tmp_path / "program.json"
    done(run(state, "token", "keys", str(key), "--operator", "anna"))
    assert key.stat().st_mode & 0o777 == 0o600
    assert json.loads(key.read_text())["key"]["d"] not in state.accounts("sil").read_text()
    sign = ("token", "sign", str(key), "--operator")
    token = done(CliRunner().invoke(app, [*sign, "anna"])).strip()
    assert of_token(state, token) == "Anna Prova"
    assert "anna" in refused(CliRunner().invoke(app, [*sign, "bruno"]))
    assert "15 minuti" in refused(CliRunner().invoke(app, [*sign, "anna", "--minutes", "16"]))
    keys = AccountFile.model_validate(kept(state)).token_keys
    with pytest.raises(TokenRefused, match="somebody else"):
        operator_of(token, keys, "cpi")
    assert "c'è già" in refused(run(state, "token", "keys", str(key), "--operator", "anna"))
    done(run(state, "token", "forget", keys[0].key["kid"]))
    assert of_token(state, token) is None


def test_who_is_taken_out_is_spoken_for_by_no_key(state: State, tmp_path: Path) -> None:
    added(state)
    added(state, "bruno")
    one, both = tmp_path / "one.json", tmp_path / "both.json"
    done(run(state, "token", "keys", str(one), "--operator", "anna"))
    done(run(state, "token", "keys", str(both), "--operator", "anna", "--operator", "bruno"))
    done(run(state, "accounts", "remove", "anna"))
    (left,) = AccountFile.model_validate(kept(state)).token_keys
    assert left.operators == {one.id for one in AccountFile.model_validate(kept(state)).operators}
