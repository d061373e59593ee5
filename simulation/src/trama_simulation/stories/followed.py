"""What becomes of the relation with who follows: it rests, is shared, disputed, ends and goes on. Pure."""

from collections.abc import Callable
from datetime import timedelta

from trama_simulation.acts import (
    OWN,
    AskDocument,
    Close,
    Correct,
    DisputeCompetence,
    EndCertificate,
    FileDocument,
    HoldInterview,
    NameReferente,
    NumberDocument,
    ReadNote,
    RecordCertificate,
    Reopen,
    Resume,
    SetGroups,
    SetStep,
    SettleCompetence,
    SignPact,
    Suspend,
    TakeStep,
    WriteNote,
)
from trama_simulation.members import COMIDIS, CPI, DSM, EST, SERT, SIL, URBANO
from trama_simulation.protocols import URBAN
from trama_simulation.stories import placed
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import ISSUERS, RESTS, STEPS


def step(plot: Plot, at: str, *, ahead: int = 14) -> None:
    """Say what comes next."""
    what, due_on = plot.draw.choice(STEPS), plot.day + timedelta(days=ahead)
    plot.do(SetStep(plot.day, at, what, due_on))


def rests(plot: Plot) -> None:
    """Suspended, and gone on with; then to work."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district).authorise(district, SIL).refer(district, SIL)
    plot.later(1, 6).accept(SIL, district)
    plot.later(5, 20).do(Suspend(plot.day, SIL, plot.draw.choice(RESTS)))
    plot.later(14, 60).do(Resume(plot.day, SIL))
    step(plot, SIL)
    plot.later(3, 10).do(TakeStep(plot.day, SIL, "Colloquio fatto."))
    placed.path(plot.later(0, 20), SIL)


def comes_back(plot: Plot) -> None:
    """Closed too early, and reopened."""
    plot.register(SIL)
    step(plot, SIL)
    plot.later(20, 60).do(Close(plot.day, SIL, plot.draw.choice(("goals-reached", "withdrew", "other"))))
    plot.later(10, 60).do(Reopen(plot.day, SIL, "La persona è tornata: il lavoro è finito."))
    placed.path(plot.later(3, 20), SIL)


def disputed(plot: Plot) -> None:
    """Two districts do not agree on who has to answer; it is cleared up, one way or the other."""
    one, other = plot.draw.sample((URBANO, EST), 2)
    plot.register(one).authorise(one, SIL, other).refer(one, SIL).later(1, 6).accept(SIL, one)
    reason = "La residenza non è ancora stata registrata."
    plot.later(10, 40).do(DisputeCompetence(plot.day, one, other, reason))
    competent = plot.draw.choice((one, other))
    plot.later(5, 30).do(SettleCompetence(plot.day, one, competent))
    if competent == other:
        plot.refer(one, other, within=14).later(1, 9).accept(other, one)
        plot.do(NameReferente(plot.day, other), Close(plot.day, one, "transferred"))


def integrated(plot: Plot) -> None:
    """Held together by the district, mental health and the integration service, under their protocol."""
    plot.register(URBANO, protocol=URBAN).authorise(URBANO, DSM, SIL, circles=("care", "clinical"))
    plot.do(SetGroups(plot.day, URBANO, "care", ("young-adult-in-difficulty",)))
    plot.refer(URBANO, DSM).refer(URBANO, SIL).later(1, 6).accept(DSM, URBANO).accept(SIL, URBANO)
    plot.later(3, 14).do(SetGroups(plot.day, DSM, "clinical", ("disability", "mental-health")))
    step(plot, DSM)
    plot.later(2, 7).do(Correct(plot.day, DSM, "next-step-set", "Appuntamento di un'altra persona."))
    step(plot, DSM, ahead=21)


def registered_for_work(plot: Plot) -> None:
    """On the list of targeted placement, with its certificate, and with a service pact at the employment
    centre."""
    starts_on, kind = plot.day - timedelta(days=200), "targeted-placement"
    plot.register(COMIDIS, "Iscrizione nell'elenco del collocamento mirato.")
    plot.do(RecordCertificate(plot.day, COMIDIS, kind, plot.draw.choice(ISSUERS), starts_on))
    plot.authorise(COMIDIS, CPI).refer(COMIDIS, CPI).later(1, 9).accept(CPI, COMIDIS)
    plot.later(3, 14).do(SignPact(plot.day, CPI, plot.day + timedelta(days=365)))
    step(plot, CPI)
    if plot.draw.random() < 0.4:
        plot.later(10, 60).do(EndCertificate(plot.day, COMIDIS, kind, "expired"))
        return
    placed.path(plot.later(5, 20), CPI)


def in_touch(plot: Plot) -> None:
    """What each learns from the person, said to the other, or kept to oneself."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district).do(HoldInterview(plot.day, district, "desk", "Cerca un lavoro da mesi."))
    plot.do(HoldInterview(plot.day, district, "home", "In casa si litiga per i soldi.", "social"))
    plot.authorise(district, SIL).refer(district, SIL).later(1, 6).accept(SIL, district)
    plot.later(3, 14).do(HoldInterview(plot.day, SIL, "with-others", "Punti di forza e orari."))
    plot.do(HoldInterview(plot.day, SIL, "phone", "Da richiamare: era agitata.", "own"))
    curriculum = "Curriculum vitae.txt"
    plot.do(FileDocument(plot.day, SIL, curriculum, "curriculum"))
    text = "Da lunedì cambia il numero di telefono."
    plot.do(WriteNote(plot.day, SIL, text)).later(1, 9).do(ReadNote(plot.day, district, SIL))
    if plot.draw.random() < 0.6:
        plot.do(AskDocument(plot.day, district, SIL, curriculum))
    text = "Può venire al mattino?"
    plot.do(WriteNote(plot.day, district, text, needs_answer=True))
    plot.later(1, 9).do(ReadNote(plot.day, SIL, district, "Sì, tutti i giorni."))


def told_wrongly(plot: Plot) -> None:
    """What was told in some circle, or kept to oneself, is struck there; a document is given its number."""
    plot.register(SERT).authorise(SERT, DSM, URBANO, circles=("care", "clinical"))
    plot.refer(SERT, DSM).refer(SERT, URBANO).later(1, 6).accept(DSM, SERT).accept(URBANO, SERT)
    report, letter = "Referto.txt", "Lettera al medico.txt"
    plot.do(FileDocument(plot.day, SERT, report, "report", "clinical"))
    plot.do(FileDocument(plot.day, SERT, letter, "letter", "clinical", "Prot. 7/2013"))
    plot.do(HoldInterview(plot.day, SERT, "desk", "Da risentire tra un mese.", "own"))
    plot.do(HoldInterview(plot.day, URBANO, "home", "In casa vive anche il padre.", "social"))
    plot.do(HoldInterview(plot.day, DSM, "phone", "Chiede un orario fisso."))
    plot.later(1, 9).do(NumberDocument(plot.day, SERT, report, "Prot. 214/2013"))
    plot.do(AskDocument(plot.day, DSM, SERT, report))
    reason = "Era di un'altra persona."
    plot.later(1, 9).do(Correct(plot.day, SERT, "health-document-filed", reason))
    plot.do(Correct(plot.day, SERT, OWN, reason), Correct(plot.day, DSM, "interview-recorded", reason))
    plot.do(Correct(plot.day, URBANO, "social-interview-recorded", reason))


FOLLOWED: dict[Callable[[Plot], None], int] = {
    rests: 4,
    comes_back: 3,
    disputed: 3,
    integrated: 3,
    registered_for_work: 4,
    in_touch: 4,
    told_wrongly: 3,
}
"""How often each happens, of two hundred or so."""
