"""How sharing ends, rests and begins again: taken back, opposed, restricted, left behind. Pure."""

from collections.abc import Callable
from datetime import timedelta

from trama_simulation.acts import (
    AgreeToTakePart,
    AnswerErasure,
    AskDocument,
    Authorise,
    Close,
    DecideOpposition,
    Erasable,
    EraseRecord,
    FileDocument,
    GiveNotice,
    Hide,
    HoldInterview,
    LiftRestriction,
    Oppose,
    ReadNote,
    RecordCertificate,
    Reopen,
    Restrict,
    SetStep,
    ShowAgain,
    TakePartNoLonger,
    WriteNote,
)
from trama_simulation.members import CPI, EST, SIL, URBANO
from trama_simulation.stories import placed
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import ISSUERS, STEPS

LAW = ("L. 68/1999", "art. 2")
KEPT_BY = ("D.P.R. 445/2000", "art. 53")
NOTICE = "Informativa, edizione di gennaio 2013"


def goes_on(plot: Plot, *members: str) -> None:
    """What members write in the meantime, for whoever may still know it."""
    for member in members:
        what, due_on = plot.draw.choice(STEPS), plot.day + timedelta(days=14)
        plot.do(SetStep(plot.day, member, what, due_on))
        plot.do(HoldInterview(plot.day, member, "desk", f"Colloquio del {plot.day:%d/%m}."))


def followed_by_three(plot: Plot) -> str:
    """Told what is done with what is known of them, they let two services read, each by a word of its own."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district).do(GiveNotice(plot.day, district, NOTICE))
    plot.do(AgreeToTakePart(plot.day, district, "Percorso verso il lavoro"))
    plot.authorise(district, SIL).refer(district, SIL).authorise(district, SIL, CPI).refer(district, CPI)
    plot.later(1, 6).accept(SIL, district).accept(CPI, district)
    goes_on(plot, district, CPI)
    return district


def takes_back(plot: Plot) -> None:
    """One of the two reads no more; at times the person changes their mind once more."""
    district = followed_by_three(plot)
    at = plot.draw.choice((district, SIL, CPI))
    plot.later(3, 30).withdraw(at, district, "Preferisce parlarne con un servizio solo.")
    goes_on(plot.later(1, 9), SIL, CPI)
    if plot.draw.random() < 0.5:
        plot.later(3, 30).authorise(district, CPI, SIL)
        goes_on(plot.later(1, 9), district)
        return
    plot.do(TakePartNoLonger(plot.day, district, "Ha trovato lavoro da sé."))
    placed.path(plot.later(3, 20), SIL)


def opposes(plot: Plot) -> None:
    """What a law allows is opposed, rests, and is decided by who answers for the district."""
    plot.register(URBANO).do(Authorise(plot.day, URBANO, (CPI,), law=LAW)).refer(URBANO, CPI)
    plot.later(1, 6).accept(CPI, URBANO)
    goes_on(plot, CPI)
    plot.later(3, 30).do(Oppose(plot.day, URBANO, "Al centro per l'impiego lavora un parente."))
    goes_on(plot.later(0, 5), URBANO)
    upheld = plot.draw.random() < 0.5
    reasons = "Le ragioni prevalgono." if upheld else "L'iscrizione è chiesta dalla persona stessa."
    plot.later(2, 20).do(DecideOpposition(plot.day, URBANO, upheld, reasons))
    goes_on(plot.later(1, 9), CPI)


def is_restricted(plot: Plot) -> None:
    """What one service holds is contested, and shared no further until it is cleared up."""
    district = followed_by_three(plot)
    plot.later(3, 20).do(Restrict(plot.day, SIL, "accuracy", "La persona contesta le date."))
    goes_on(plot.later(1, 9), SIL, district)
    if plot.draw.random() < 0.7:
        plot.later(5, 30).do(LiftRestriction(plot.day, SIL, "Le date sono state verificate."))
        placed.path(plot.later(1, 20), SIL)


def is_left_behind(plot: Plot) -> None:
    """One service has done its part and closes: what comes is not for it, unless it is named for after."""
    district = followed_by_three(plot)
    if plot.draw.random() < 0.4:
        plot.do(Authorise(plot.day, district, (CPI,), after_closing=True))
    plot.later(10, 40).do(Close(plot.day, CPI, "goals-reached"))
    starts_on = plot.day - timedelta(days=100)
    plot.do(RecordCertificate(plot.day, district, "targeted-placement", plot.draw.choice(ISSUERS), starts_on))
    goes_on(plot.later(1, 20), SIL)
    if plot.draw.random() < 0.4:
        plot.later(10, 40).do(Reopen(plot.day, CPI, "La persona è tornata a iscriversi."))
        goes_on(plot, district)


def runs_out(plot: Plot) -> None:
    """What the person let others read has a last day; at times they say so once more when it has passed."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district)
    last = plot.some_day(20, 40)
    plot.do(Authorise(plot.day, district, (SIL, CPI), until=last))
    plot.refer(district, SIL).refer(district, CPI).later(1, 6).accept(SIL, district).accept(CPI, district)
    goes_on(plot, district, CPI)
    plot.reach(max(last, plot.day))
    goes_on(plot, SIL)
    goes_on(plot.later(1, 14), district, CPI)
    if plot.draw.random() < 0.5:
        plot.later(3, 20).authorise(district, SIL, CPI)
        goes_on(plot.later(1, 9), SIL)


def is_hidden(plot: Plot) -> None:
    """What was written is to be read by who wrote it alone; at times it may be told again later."""
    district = followed_by_three(plot)
    written: tuple[Erasable, ...] = (
        WriteNote(plot.day, district, "Ha chiesto di cambiare orario."),
        HoldInterview(plot.day, district, "home", "In casa vive anche la madre."),
        FileDocument(plot.day, district, "Lettera.txt", "letter"),
    )
    plot.do(*written).later(1, 9).do(ReadNote(plot.day, SIL, district))
    of = plot.draw.choice(written)
    plot.later(1, 20).do(Hide(plot.day, district, of, "Lo ha chiesto la persona, a voce."))
    goes_on(plot, SIL)
    if plot.draw.random() < 0.6:
        plot.later(1, 20).withdraw(district, district, "Preferisce un servizio solo.")
        plot.later(1, 9).do(ShowAgain(plot.day, district, of))


def asks_to_be_forgotten(plot: Plot) -> None:
    """When all is over the person asks that nothing is kept: the district erases its record, and the other
    service decides on its own."""
    plot.register(URBANO).do(FileDocument(plot.day, URBANO, "Lettera.txt", "letter"))
    plot.authorise(URBANO, SIL).refer(URBANO, SIL).later(1, 6).accept(SIL, URBANO)
    goes_on(plot, URBANO, SIL)
    plot.do(WriteNote(plot.day, URBANO, "Lo vediamo insieme giovedì?", needs_answer=True))
    plot.later(1, 9).do(ReadNote(plot.day, SIL, URBANO, "Sì, alle dieci."))
    plot.do(AskDocument(plot.day, SIL, URBANO, "Lettera.txt")).later(5, 30)
    reason = "Lo ha chiesto per iscritto."
    plot.in_vain(EraseRecord(plot.day, URBANO, "request", reason), "still-in-charge")
    plot.close(SIL, "goals-reached").close(URBANO, "goals-reached")
    plot.later(1, 20).do(EraseRecord(plot.day, URBANO, "request", reason))
    law = KEPT_BY if plot.draw.random() < 0.4 else None
    plot.later(1, 14).do(AnswerErasure(plot.day, SIL, URBANO, law))


GROUNDS: dict[Callable[[Plot], None], int] = {
    takes_back: 5,
    opposes: 4,
    is_restricted: 4,
    is_left_behind: 4,
    runs_out: 4,
    is_hidden: 4,
    asks_to_be_forgotten: 4,
}
"""How often each happens, of two hundred or so."""
