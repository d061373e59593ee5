"""Referrals as they must stand at both their ends, and what is written of them. Pure.

No story lets two moves cross: what crosses is for the registry's own tests.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from trama_simulation.acts import (
    Accept,
    Decline,
    Prepare,
    ReceiverAct,
    ReceiverSays,
    Refer,
    ReferralAct,
    SenderAct,
    SenderSays,
    TakeBack,
    TermPasses,
)
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.identity import come
from trama_simulation.oracle.life import Life, Referral
from trama_simulation.oracle.relations import take_in_charge

BY_SENDER = {
    "renew": "referral-renewed",
    "explain": "referral-explained",
    "remind": "referral-reminded",
    "note": "referral-noted",
    "reminded": "referral-reminded",
    "unanswered": "referral-unanswered",
}
"""What a sender writes."""
BEFORE = {
    "see": "referral-seen",
    "question": "referral-questioned",
    "decline": "referral-declined",
    "reconsider": "referral-reconsidered",
}
"""What a receiver writes before it accepts, on a record of nobody: it does not tell whether it knows them."""
AFTER = {
    "start": "referral-started",
    "complete": "referral-completed",
    "fail": "referral-failed",
    "reopen": "referral-reopened",
}
"""What a receiver writes of what it accepted: to the sender, and to who holds the referente."""
STATES = {
    "renew": "sent",
    "explain": "seen",
    "unanswered": "no-answer",
    "question": "more-asked",
    "reconsider": "seen",
    "start": "in-progress",
    "complete": "completed",
    "fail": "failed",
    "reopen": "in-progress",
}
"""Where a move leads; the others leave the referral where it is."""

PATIENCE = timedelta(days=3)
"""So long who waited for the sender, or thinks again, has to answer; so long after a reminder in vain a
referral counts as not answered."""


def told_by(act: ReferralAct, life: Life) -> Iterator[Told]:
    """What is written about a referral."""
    if isinstance(act, Refer):
        yield from _sent(act, life)
    elif isinstance(act, Prepare):
        life.drafts.append(act)
    elif isinstance(act, SenderAct):
        yield from _by_sender(act, life)
    else:
        yield from _by_receiver(act, life)


def _sent(act: Refer, life: Life) -> Iterator[Told]:
    sent = Referral(act, answer_by=act.answer_by, due=act.answer_by, told={act.to})
    life.referrals[(act.at, act.to, act.nth)] = sent
    if act.instead is not None:
        replaced = life.referrals[(act.at, *act.instead)]
        replaced.state, replaced.moves = "superseded", replaced.moves + 1
        yield Told((act.at, "referral-superseded"), to=replaced.told)
    yield Told((act.at, "referral-sent"), to=sent.told)


def _by_sender(act: TakeBack | SenderSays | TermPasses, life: Life) -> Iterator[Told]:
    referral = life.referrals[(act.at, act.to, act.nth)]
    referral.moves += 1
    if isinstance(act, TakeBack):
        referral.state = "withdrawn"
        if act.referente:
            yield Told((act.at, "withdrawal-told"), to=frozenset({act.referente}))
        yield Told((act.at, "referral-withdrawn"), to=referral.told)
        return
    said = dict(act.said) if isinstance(act, SenderSays) else {}
    referral.state = STATES.get(act.deed, referral.state)
    match act.deed:
        case "renew":
            referral.answer_by = referral.due = date.fromisoformat(said["answer_by"])
            referral.seen, referral.reminded_on = False, None
        case "explain":
            referral.explanation = said["answer"]
            referral.due = max(referral.answer_by, act.on + PATIENCE)
        case "note":
            referral.state = f"noted-{said['answer']}"
        case "remind" | "reminded":
            referral.reminded_on = act.on
    yield Told((act.at, BY_SENDER[act.deed]), to=referral.told)


def _by_receiver(act: ReceiverAct, life: Life) -> Iterator[Told]:
    referral = life.referrals[(act.sender, act.at, act.nth)]
    referral.moves += 1
    match act:
        case Accept():
            yield from _accepted(act, referral, life)
        case Decline():
            referral.state, referral.because = "declined", act.reason
            yield Told((act.at, BEFORE["decline"]), of=act.sender)
        case ReceiverSays():
            yield _said(act, referral)


def _accepted(act: Accept, referral: Referral, life: Life) -> Iterator[Told]:
    referral.state, referral.because = "accepted", None
    referral.heard.add(act.sender)
    yield from come(act.at, life.code_at(act.sender), life)
    yield from take_in_charge(act.at, act.on, life)
    yield Told((act.at, "referral-accepted"), to=referral.heard)
    if life.joined.join(act.at, act.sender):
        yield Told((act.at, "records-linked"))
        yield Told((act.sender, "records-linked"))


def _said(act: ReceiverSays, referral: Referral) -> Told:
    said, sends = dict(act.said), referral.state == "sent"
    referral.state = STATES.get(act.deed, referral.state)
    match act.deed:
        case "see":
            referral.seen, referral.state = True, "seen" if sends else referral.state
        case "question":
            referral.question, referral.explanation = said["question"], None
        case "complete":
            referral.because = said["outcome"]
        case "fail":
            referral.because = said["reason"]
        case "reopen":
            referral.because = None
        case "reconsider":
            referral.because, referral.due = None, max(referral.answer_by, act.on + PATIENCE)
    if act.deed in BEFORE:
        return Told((act.at, BEFORE[act.deed]), of=act.sender)
    referral.heard |= {act.referente} - {"", act.at}
    return Told((act.at, AFTER[act.deed]), to=referral.heard)
