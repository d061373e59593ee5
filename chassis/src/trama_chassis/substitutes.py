"""Standing in for a colleague: for whom one may act, on which days, and for whom this request is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from trama_chassis.errors import Refused

if TYPE_CHECKING:
    from fastapi import Request

    from trama_chassis.account_file import Operator
    from trama_chassis.accounts import Caller

HEADER = "trama-on-behalf-of"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Substitute(BaseModel):
    """Who stands in for an operator, from the first to the last day, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator: str
    first: date
    last: date


class NotASubstitute(Refused):
    """Nobody has said that the caller stands in for that operator today."""

    status = 403
    code = "not-a-substitute"
    detail = (
        "Oggi non risulta una vostra sostituzione di questa persona. Le sostituzioni, con i loro giorni, si "
        "scrivono nel file degli operatori."
    )


class SubstitutionOver(Refused):
    """What was chosen on screen holds no longer, and something was about to be done by it."""

    code = "substitution-over"
    detail = (
        "La sostituzione è finita: non è stato registrato nulla, e da ora lavorate a vostro nome. "
        "Se l'operazione spetta a voi, ripetetela."
    )


def replaceable(operator: str, operators: Iterable[Operator], today: date) -> tuple[Operator, ...]:
    """Those for whom an operator may act today, by name."""
    found = (
        one
        for one in operators
        if any(sub.operator == operator and sub.first <= today <= sub.last for sub in one.substitutes)
    )
    return tuple(sorted(found, key=lambda one: one.name))


async def signed_in(request: Request) -> Caller | None:
    """Who opens a page that is open to all, standing in for whom they said."""
    caller = await request.app.state.accounts.identify(request)
    return standing_in(request, caller) if caller else None


def standing_in(request: Request, caller: Caller) -> Caller:
    """The caller, with the roles of the colleague for whom they said, on screen or in a header, to act.

    Raises NotASubstitute, SubstitutionOver: nothing is done in one's own name that was meant in another's.
    """
    operators = request.app.state.accounts.operators()
    caller = replace(caller, may_replace=replaceable(caller.operator, operators, _today(request)))
    session = getattr(request.state, "session_token", None)
    named = session.stands_in if session is not None else request.headers.get(HEADER)
    if not named:
        return caller
    replaced = next((one for one in caller.may_replace if one.id == named), None)
    if replaced is not None:
        roles = caller.roles | replaced.roles
        return replace(caller, roles=roles, on_behalf_of=replaced.id, replaces=replaced.name)
    if session is None:
        raise NotASubstitute
    request.app.state.accounts.sessions.stand_in(session, None)
    if request.method not in SAFE:
        raise SubstitutionOver
    return caller


def _today(request: Request) -> date:
    """The day of business, also at the origin's own pages."""
    state = request.app.state
    today: date = (getattr(state, "runtime", None) or state.runtimes[0]).clock.today()
    return today
