"""Referrals that do not go straight: more is asked, minds change, nobody answers, work begins again. Pure."""

from collections.abc import Callable
from datetime import timedelta

from trama_simulation.acts import AskDocument, FileDocument, NameReferente, SenderSays, TakeBack
from trama_simulation.members import CPI, EST, SIL, URBANO
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import FAILURES, OUTCOMES, QUESTIONS_BACK, REFUSALS


def sent(plot: Plot, *, within: int = 14, document: str = "") -> tuple[str, str]:
    """Taken in charge at a district and referred, with a document or without; from whom to whom."""
    district, to = plot.draw.choice((URBANO, URBANO, EST)), plot.draw.choice((SIL, SIL, CPI))
    other = CPI if to == SIL else SIL
    plot.register(district).authorise(district, to, other)
    named = (document,) if document else ()
    plot.do(*(FileDocument(plot.day, district, name, "other") for name in named))
    plot.refer(district, to, within=within, documents=named)
    return district, to


def done(plot: Plot, at: str, sender: str) -> None:
    """What was accepted is begun, and something comes of it."""
    plot.later(2, 20).receiver_says(at, sender, "start")
    plot.later(20, 70).receiver_says(at, sender, "complete", outcome=plot.draw.choice(OUTCOMES))


def asks_more(plot: Plot) -> None:
    """The receiver needs to know more before it answers, and opens what the referral named when it has."""
    course = "Attestato di un corso.txt"
    district, to = sent(plot, document=course)
    question, answer = plot.draw.choice(QUESTIONS_BACK)
    plot.later(1, 3).receiver_says(to, district, "see")
    plot.later(0, 2).receiver_says(to, district, "question", question=question)
    plot.later(1, 5).sender_says(district, to, "explain", answer=answer)
    plot.later(1, 4).accept(to, district).do(AskDocument(plot.day, to, district, course))
    done(plot, to, district)


def thinks_again(plot: Plot) -> None:
    """The receiver cannot, and then it can."""
    district, to = sent(plot)
    plot.later(1, 5).decline(to, district, *plot.draw.choice(REFUSALS))
    plot.later(1, 9).receiver_says(to, district, "reconsider").later(0, 3).accept(to, district)
    done(plot, to, district)


def comes_to_nothing(plot: Plot) -> None:
    """The receiver accepts and then cannot go on; it is sent once more, or another one is asked instead."""
    district, to = sent(plot)
    plot.later(1, 5).accept(to, district)
    plot.later(5, 30).receiver_says(to, district, "fail", reason=plot.draw.choice(FAILURES))
    if plot.draw.random() < 0.5:
        term = plot.later(7, 30).day + timedelta(days=7)
        plot.sender_says(district, to, "renew", answer_by=term.isoformat())
        plot.later(1, 5).receiver_says(to, district, "see").accept(to, district)
        return
    other = CPI if to == SIL else SIL
    plot.later(3, 14).refer(district, other, instead=to, reason="L'altro servizio non ha potuto proseguire.")
    plot.later(1, 5).accept(other, district)


def taken_back_late(plot: Plot) -> None:
    """The sender takes back what was accepted already."""
    district, to = sent(plot)
    plot.later(1, 5).accept(to, district).later(3, 20)
    reason = "La persona ha trovato un lavoro da sola."
    plot.in_vain(TakeBack(plot.day, district, to, reason), "already-answered")
    plot.take_back(district, to, reason, accepted_too=True)


def taken_back_for_who_holds_it(plot: Plot) -> None:
    """What was accepted is taken back when another service holds the referente: that one is told too."""
    plot.register(URBANO).authorise(URBANO, SIL, EST).refer(URBANO, SIL).refer(URBANO, EST)
    plot.later(1, 6).accept(SIL, URBANO).accept(EST, URBANO).do(NameReferente(plot.day, EST))
    reason = "Il progetto continua nell'altro ambito."
    plot.later(3, 20).take_back(URBANO, SIL, reason, accepted_too=True, referente=EST)


def never_answered(plot: Plot) -> None:
    """Nobody answers until long after the term; then the answer comes on paper, or another one is asked."""
    district, to = sent(plot, within=28)
    plot.later(3, 9).sender_says(district, to, "remind")
    plot.in_vain(SenderSays(plot.day, district, to, "remind"), "reminded-lately")
    plot.later(40, 60)
    if plot.draw.random() < 0.5:
        plot.sender_says(district, to, "note", answer="accepted", by="Ufficio protocollo")
        plot.later(1, 6).accept(to, district)
        return
    other = CPI if to == SIL else SIL
    plot.sender_says(district, to, "note", answer="declined", by="Ufficio protocollo")
    plot.later(0, 7).refer(district, other, instead=to).later(1, 5).accept(other, district)


def taken_up_again(plot: Plot) -> None:
    """What was done turns out not to be over."""
    district, to = sent(plot)
    plot.later(1, 5).receiver_says(to, district, "see").accept(to, district)
    done(plot, to, district)
    plot.later(5, 40).receiver_says(to, district, "reopen")
    plot.later(10, 60).receiver_says(to, district, "complete", outcome="goals-reached")


LOOPS: dict[Callable[[Plot], None], int] = {
    asks_more: 5,
    thinks_again: 3,
    comes_to_nothing: 4,
    taken_back_late: 2,
    taken_back_for_who_holds_it: 2,
    never_answered: 4,
    taken_up_again: 3,
}
"""How often each goes, of two hundred or so."""
