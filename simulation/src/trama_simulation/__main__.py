"""`python -m trama_simulation`: invented people live in a running demonstration, and are accounted for."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from trama_simulation import comparison, oracle
from trama_simulation.acts import Story
from trama_simulation.business_clock import BusinessClock, ClockStands
from trama_simulation.desks import Desk, NotArrived, Refused, Unreachable
from trama_simulation.living import Lived
from trama_simulation.members import TODAY
from trama_simulation.simulation import StoryBroken, desks_of, live_all, surprises, who_lives_here
from trama_simulation.stories import stories
from trama_simulation.telling import in_words, long_day
from trama_simulation.territory import NETWORK_FILE, NotATerritory, Territory, read_territory

MOST_LINES = 20
console = Console()


def main() -> int:
    """Entry point; the exit code."""
    parser = _arguments()
    arguments = parser.parse_args()
    if not (arguments.network or arguments.state):
        parser.error("indicare --network o --state")
    file = arguments.network or arguments.state / NETWORK_FILE
    try:
        return asyncio.run(_simulate(read_territory(file), arguments))
    except StoryBroken as stopped:
        _complain("Non tutte le storie sono arrivate alla fine:", stopped.broken)
    except (NotATerritory, ClockStands, Refused, Unreachable, NotArrived) as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain("Simulazione interrotta.")
    return 1


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m trama_simulation",
        description="Persone inventate vivono in una rete dimostrativa; poi si confronta chi ne sa che cosa.",
        epilog="Esce con 0 se è andata o se il territorio ha già vissuto, 1 se no, 2 per un uso errato.",
    )
    parser.add_argument("--network", type=Path, metavar="FILE", help="file della rete")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="cartella di stato, che tiene una copia del file"
    )
    parser.add_argument("--people", type=_positive, default=9, metavar="N", help="quante persone (9)")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="seme: lo stesso racconta le stesse storie (1)"
    )
    parser.add_argument("--at-once", type=_positive, default=6, metavar="N", help="quante storie insieme (6)")
    parser.add_argument(
        "--patience",
        type=float,
        default=60.0,
        metavar="SECONDI",
        help="quanto aspettare ciò che deve arrivare (60)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("almeno 1")
    return number


async def _simulate(territory: Territory, arguments: argparse.Namespace) -> int:
    async with desks_of(territory, patience=arguments.patience) as desks:
        now = await BusinessClock(desks).now()
        if known := await who_lives_here(desks):
            return _has_lived(known, now.date())
        told = stories(arguments.people, arguments.seed)
        with _progress() as progress:
            lived = await _live(told, desks, progress, arguments.at_once)
            differences = await _judge(lived, desks, progress, arguments)
    if differences:
        _complain(
            f"{len(differences)} differenze tra ciò che è accaduto e ciò che i membri dicono:", differences
        )
        return 1
    _print_stories(told)
    return 0


def _has_lived(known: Sequence[str], now: date) -> int:
    """Leave a territory as it is: what was broken off is not taken up again."""
    who = f"persone presso {', '.join(known)}"
    if now < TODAY:
        _complain(
            f"Una storia si è interrotta: {who}, e l'orologio è fermo a {long_day(now)}. Non si riprende: "
            "per rivederla intera serve una rete nuova, con un'altra cartella di stato."
        )
        return 1
    console.print(f"Il territorio ha già vissuto: {who}. Non faccio nulla.")
    return 0


async def _live(
    told: Sequence[Story], desks: Mapping[str, Desk], progress: Progress, at_once: int
) -> list[Lived]:
    bar = progress.add_task("Storie", total=sum(len(story.acts) for story in oracle.in_time(told)))
    return await live_all(
        told,
        desks,
        at_once=at_once,
        told=lambda _story, _act: progress.advance(bar),
        begins=lambda day: progress.update(bar, description=long_day(day).capitalize()),
    )


async def _judge(
    lived: Sequence[Lived], desks: Mapping[str, Desk], progress: Progress, arguments: argparse.Namespace
) -> list[str]:
    asked = comparison.questions(lived, desks)
    bar = progress.add_task("Confronto con ciò che i membri sanno", total=len(asked))
    differ = await comparison.differences(
        asked,
        patience=arguments.patience,
        at_once=arguments.at_once,
        settled=lambda: progress.advance(bar),
    )
    return [*surprises(lived), *differ]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<44.44}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _print_stories(told: Sequence[Story]) -> None:
    table = Table("Persona (inventata)", "Che cosa è accaduto")
    for story in told[:MOST_LINES]:
        table.add_row(story.person.name, in_words(story))
    console.print(table)
    if len(told) > MOST_LINES:
        console.print(f"… e altre {len(told) - MOST_LINES} persone.")
    console.print("Ciò che ogni membro sa corrisponde a ciò che è accaduto.")


def _complain(sentence: str, lines: Sequence[str] = ()) -> None:
    complaints = Console(stderr=True)
    complaints.print(sentence, markup=False, highlight=False, soft_wrap=True)
    for line in lines[:MOST_LINES]:
        complaints.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        complaints.print(f"  … e altre {len(lines) - MOST_LINES}.", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
