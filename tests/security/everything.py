"""A life in which everything that the APIs take is written once, in an order in which all of it succeeds."""

from tests.security.choices import AFTERWARDS, BEFORE_SENDING, CHOICES, ERASURE, TOO_LONG
from tests.security.desk import DOORS, IDENTITY, REFERRALS, RELATION
from tests.security.life import Step
from tests.security.work import EVALUATION, PLACEMENT, SPECIAL_PARTS

LIFE: tuple[Step, ...] = (
    *(*DOORS, *IDENTITY, *RELATION, *REFERRALS, *EVALUATION, *PLACEMENT, *SPECIAL_PARTS),
    *(*CHOICES, *BEFORE_SENDING, *AFTERWARDS, *TOO_LONG, *ERASURE),
)
"""What is erased comes last: nothing of it is left to be shown."""
