"""What `trama doctor` says of keys and settings: changes cut short, keys due, what only a demo may have."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from trama_chassis.clock import machine_now
from trama_chassis.hpke_keys import EPOCH
from trama_chassis.key_changes import signed_by
from trama_chassis.safekeeping import DEMO_MARK, refuse_published_key, refuse_readable_by_others
from trama_chassis.settings import SecretUnsafe

from trama_deploy.findings import Finding
from trama_deploy.hosting import database_of
from trama_deploy.keys import NEXT_KEK, revoked_keys
from trama_deploy.network import Network, Timings
from trama_deploy.secrets import secret_files
from trama_deploy.state import State

LEAST_FACTS_DELAY = Timings().facts_delay[1]
"""Seconds within which facts are told: the shorter, the easier to join to their cause (docs/security.md)."""


async def key_findings(network: Network, state: State) -> list[Finding]:
    """For each service, what is to be done with its keys; nothing where nothing is."""
    found = []
    for principal in network.principals:
        folder = state.service(principal)
        if (folder / NEXT_KEK).exists():
            what = f"{principal}: il cambio di kek è rimasto a metà, e il servizio non parte"
            found.append(Finding("wrong", what, f"trama keys kek {principal}"))
        elif not network.demo and (folder / "kek").exists():
            found += _old_kek(principal, datetime.fromtimestamp((folder / "kek").stat().st_mtime, UTC))
        if count := await _under_revoked_keys(state, principal):
            what = f"{principal}: {count} registrazioni portano una firma revocata, e nessuno le accetta"
            found.append(
                Finding("wrong", what, f"trama keys revoke {principal} (finisce ciò che era cominciato)")
            )
    return found


def _old_kek(principal: str, drawn: datetime) -> list[Finding]:
    """What was erased is gone from every backup only when the key that opens them is (decision 0015)."""
    age = machine_now() - drawn
    if age <= EPOCH:
        return []
    what = f"{principal}: kek è di {age.days} giorni fa; le copie di sicurezza di prima si aprono ancora"
    return [Finding("warning", what, f"trama keys kek {principal} (il suo nodo fermo)")]


async def _under_revoked_keys(state: State, principal: str) -> int:
    revoked = revoked_keys(state, principal)
    if not revoked:
        return 0
    async with database_of(state, principal) as database:
        return await signed_by(database, revoked) if database is not None else 0


def safety_findings(network: Network, state: State) -> Iterator[Finding]:
    """What a demonstration may have and a real network may not; nothing is asked of a demonstration."""
    if network.demo:
        return
    for path in sorted(state.root.rglob(DEMO_MARK)):
        what = f"{path.parent}: chiavi fatte per una dimostrazione"
        yield Finding("wrong", what, "una rete vera comincia in una cartella nuova (--state)")
    for path in _private(network, state):
        try:
            refuse_readable_by_others(path)
            if path.suffix == ".key" or path.name == "kek":
                refuse_published_key(path)
        except SecretUnsafe as unsafe:
            if not (path.parent / DEMO_MARK).exists():
                yield Finding("wrong", "Un segreto che altri possono conoscere", str(unsafe))
    if network.timings.facts_delay[1] < LEAST_FACTS_DELAY:
        what = f"timings.facts_delay: i conteggi partono entro {network.timings.facts_delay[1]:.0f} secondi"
        remedy = (
            f"almeno {LEAST_FACTS_DELAY:.0f}: prima, chi legge il canale li accosta a ciò che li ha causati"
        )
        yield Finding("warning", what, remedy)
    if network.topics.replication < 2:
        yield Finding(
            "warning",
            "topics.replication: 1, il broker ha una sola copia di tutto",
            "almeno 2 broker e replication: 2; ciò che si perde viene comunque inviato di nuovo",
        )


def _private(network: Network, state: State) -> Iterator[Path]:
    """Secrets, and what lies in clear: accounts, sessions, databases with what SQLite has beside them."""
    yield from (path for path in secret_files(network, state) if path.exists() and path.name != DEMO_MARK)
    for member in network.members:
        yield from sorted(state.member(member).glob("sess*"))
        yield from sorted(state.member(member).glob("*/service.db*"))
