"""`trama accounts`: who works at a member, changed by its own staff; it counts from the next request."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from secrets import token_urlsafe
from typing import Annotated, Any

import typer
from rich.table import Table

from trama_deploy.account_file import Accounts, AccountsRefused, end_sessions
from trama_deploy.hosting import ServiceUnknown, load_service
from trama_deploy.network import Network
from trama_deploy.on_demand import application
from trama_deploy.options import (
    DEFAULT_STATE,
    JsonOption,
    MemberOption,
    StateOption,
    known_member,
    running_network,
)
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, Exit, console, fail, print_json, refusals

WHAT = "Gli operatori di un membro: chi sono, con quale ruolo, con quale password."
app = application(WHAT)
LoginArgument = Annotated[str, typer.Argument(help="Il nome con cui si entra.")]
RolesOption = Annotated[
    list[str], typer.Option("--role", help="Ruolo, per esempio «caseworker»; si può ripetere.")
]


def _day(typed: str) -> date:
    """A day as it is typed."""
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise typer.BadParameter(f"{typed}: serve un giorno, aaaa-mm-gg") from error


@app.callback()
def accounts() -> None:
    """Gli operatori di un membro: chi sono, con quale ruolo, con quale password.

    Ogni comando riscrive il file degli account: i commenti che contiene vanno persi.
    """


@app.command("list", epilog=EXIT_CODES)
def list_operators(
    member: MemberOption, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False
) -> None:
    """Mostra gli operatori, i loro ruoli e come entrano."""
    network, kept = running_network(state)
    found = Accounts(kept.accounts(known_member(network, member))).operators
    names = {one["id"]: one.get("login") or one["id"] for one in found}
    described = [_described(one, names) for one in found]
    if as_json:
        print_json(described)
        return
    table = Table("Nome utente", "Nome", "Ruoli", "Entra con", "Sostituito da")
    for one in described:
        away = [f"{sub['operator']}, {sub['first']} - {sub['last']}" for sub in one["substitutes"]]
        means = ", ".join(one["by"]) or "niente"
        table.add_row(one["login"], one["name"], ", ".join(one["roles"]), means, "; ".join(away))
    console.print(table)


@app.command(epilog=EXIT_CODES)
def add(
    login: LoginArgument,
    member: MemberOption,
    name: Annotated[str, typer.Option("--name", help="Nome e cognome, come si vedono sulle pagine.")],
    role: RolesOption,
    subject: Annotated[
        str, typer.Option("--subject", help="Chi è presso il fornitore di identità: allora non ha password.")
    ] = "",
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Aggiunge un operatore; la password provvisoria è mostrata una volta sola."""
    network, kept = running_network(state)
    _refuse_unknown(network, known_member(network, member), role)
    drawn = "" if subject else token_urlsafe(12)
    with changing(network, kept, member) as found:
        found.add(login, name, role, subject or None)
        if drawn:
            found.set_password(login, drawn)
    console.print(f"{login} può entrare presso {member}.", highlight=False)
    _say_password(drawn)


@app.command(epilog=EXIT_CODES)
def password(
    login: LoginArgument,
    member: MemberOption,
    drawn: Annotated[bool, typer.Option("--drawn", help="La estrae Trama e la mostra una volta.")] = False,
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Cambia la password di un operatore: la digita lui, due volte, senza che si veda."""
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        found.operator(login)
        new = (
            token_urlsafe(12)
            if drawn
            else typer.prompt("Nuova password", hide_input=True, confirmation_prompt="Ancora una volta")
        )
        found.set_password(login, new)
        operator = found.operator(login)["id"]
    end_sessions(kept.accounts(member), operator)
    console.print(f"La password di {login} è cambiata; chi era entrato con questo nome è fuori.")
    _say_password(new if drawn else "")


@app.command(epilog=EXIT_CODES)
def roles(
    login: LoginArgument, member: MemberOption, role: RolesOption, state: StateOption = DEFAULT_STATE
) -> None:
    """Dà a un operatore questi ruoli, e nessun altro."""
    network, kept = running_network(state)
    _refuse_unknown(network, known_member(network, member), role)
    with changing(network, kept, member) as found:
        found.set_roles(login, role)
    console.print(f"Ruoli di {login}: {', '.join(sorted(set(role)))}.", highlight=False)


@app.command(epilog=EXIT_CODES)
def substitute(
    login: LoginArgument,
    member: MemberOption,
    *,
    by: Annotated[str, typer.Option("--by", help="Chi lo sostituisce: il nome con cui entra.")],
    first: Annotated[date, typer.Option("--first", help="Il primo giorno, aaaa-mm-gg.", parser=_day)],
    last: Annotated[date, typer.Option("--last", help="L'ultimo giorno, compreso.", parser=_day)],
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Scrive chi sostituisce un operatore assente, e in quali giorni.

    Per cambiare i giorni si ripete il comando: quelli di prima, se si sovrappongono, non valgono più.
    """
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        found.substitute(login, by, first, last)
    console.print(
        f"{by} può sostituire {login} dal {first:%d/%m/%Y} al {last:%d/%m/%Y}: si sceglie sulle pagine.",
        highlight=False,
    )


@app.command(epilog=EXIT_CODES)
def remove(login: LoginArgument, member: MemberOption, state: StateOption = DEFAULT_STATE) -> None:
    """Toglie un operatore: dalla prossima richiesta è fuori, anche se ha pagine aperte."""
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        found.remove(login)
    console.print(f"{login} è fuori. Ciò che ha scritto resta, con il suo identificativo.", highlight=False)


@contextmanager
def changing(network: Network, state: State, member: str) -> Iterator[Accounts]:
    """A member's account file: what is changed within counts at its end; refused, nothing does."""
    with refusals(AccountsRefused, code=Exit.WRONG_USE):
        found = Accounts(state.accounts(known_member(network, member)))
        yield found
        found.write()


def _refuse_unknown(network: Network, member: str, wanted: Iterable[str]) -> None:
    """A role that no service of the member knows opens nothing, and nobody would say why."""
    with refusals(ServiceUnknown):
        services = [load_service(name) for name in network.members[member].services]
    known = {role: title for service in services for role, title in service.roles.items()}
    for role in wanted:
        if role not in known:
            there = ", ".join(f"{role} ({title})" for role, title in sorted(known.items()))
            fail(f"Il ruolo «{role}» non c'è presso {member}. Ci sono: {there}.", Exit.WRONG_USE)


def _described(one: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    ways = {"password_hash": "password", "subject": "fornitore di identità", "token_sha256": "token"}
    return {
        "login": one.get("login") or one["id"],
        "id": one["id"],
        "name": one["name"],
        "roles": sorted(one["roles"]),
        "by": [said for field, said in ways.items() if one.get(field)],
        "substitutes": [
            {"operator": names[sub["operator"]], "first": f"{sub['first']}", "last": f"{sub['last']}"}
            for sub in one.get("substitutes", [])
        ],
    }


def _say_password(drawn: str) -> None:
    if drawn:
        console.print(f"Password provvisoria, mostrata solo adesso: {drawn}", highlight=False, markup=False)
        console.print("Consegnatela di persona; poi: trama accounts password", highlight=False)
