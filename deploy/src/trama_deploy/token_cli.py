"""`trama token`: what programs show at a member's API: a token that only they know, or tokens they sign."""

from pathlib import Path
from typing import Annotated

import typer
from trama_chassis.safekeeping import write_private

from trama_deploy.account_file import AccountsRefused, signed_token
from trama_deploy.accounts_cli import changing
from trama_deploy.on_demand import application
from trama_deploy.options import DEFAULT_STATE, MemberOption, StateOption, running_network
from trama_deploy.terminal import EXIT_CODES, Exit, console, fail, refusals

app = application("Token per i programmi che usano le API di un membro.")
LoginArgument = Annotated[str, typer.Argument(help="L'operatore per cui il programma lavora.")]


@app.callback()
def token() -> None:
    """Token per i programmi che usano le API di un membro."""


@app.command(epilog=EXIT_CODES)
def make(login: LoginArgument, member: MemberOption, state: StateOption = DEFAULT_STATE) -> None:
    """Estrae un token e lo mostra una volta sola; quello di prima non vale più."""
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        drawn = found.draw_token(login)
    typer.echo(drawn)
    console.print("Vale da subito e finché non lo togliete. Nel file resta solo la sua impronta.")


@app.command(epilog=EXIT_CODES)
def end(login: LoginArgument, member: MemberOption, state: StateOption = DEFAULT_STATE) -> None:
    """Toglie il token di un operatore: non apre più nulla, da subito."""
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        found.end_token(login)
    console.print(f"Il token di {login} non vale più.", highlight=False)


@app.command(epilog=EXIT_CODES)
def keys(
    out: Annotated[Path, typer.Argument(help="Dove scrivere la chiave privata, per il programma.")],
    member: MemberOption,
    operator: Annotated[
        list[str], typer.Option("--operator", help="Per chi il programma può parlare; si può ripetere.")
    ],
    issuer: Annotated[
        str, typer.Option("--issuer", help="Come si chiama chi firma; se manca, la rete e il membro.")
    ] = "",
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Fa una chiave con cui un programma firma i propri token, di pochi minuti ciascuno."""
    network, kept = running_network(state)
    if out.exists():
        fail(f"{out} c'è già: scegliete un altro nome.", Exit.WRONG_USE)
    with changing(network, kept, member) as found:
        kid, private = found.draw_key(issuer or f"urn:trama:{network.network}:{member}", member, operator)
        write_private(out, private)
    console.print(f"Chiave {kid}: quella privata è in {out}, leggibile solo da voi.", highlight=False)
    console.print(f"Un token: trama token sign {out} --operator {operator[0]}", highlight=False)


@app.command(epilog=EXIT_CODES)
def sign(
    key: Annotated[Path, typer.Argument(help="Il file scritto da «trama token keys».", exists=True)],
    operator: Annotated[str, typer.Option("--operator", help="Per chi si parla.")],
    minutes: Annotated[int, typer.Option("--minutes", help="Quanto vale: al più 15 minuti.")] = 5,
) -> None:
    """Firma un token e lo scrive, solo lui, sull'uscita; non serve la cartella di stato."""
    with refusals(AccountsRefused, code=Exit.WRONG_USE):
        typer.echo(signed_token(key.read_text(), operator, minutes * 60))


@app.command(epilog=EXIT_CODES)
def forget(
    kid: Annotated[str, typer.Argument(help="Il nome della chiave.")],
    member: MemberOption,
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Toglie una chiave: i token che ha firmato non valgono più, da subito."""
    network, kept = running_network(state)
    with changing(network, kept, member) as found:
        found.remove_key(kid)
    console.print(f"La chiave {kid} non vale più.", highlight=False)
