"""The event of the registry that tells who holds the referente of a withdrawal they would not hear of."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Member, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText


class WithdrawalTold(Event):
    """Published by the sender's registry beside `ReferralWithdrawn` when the referral had been accepted: to
    the registry of the member that holds the referente del percorso, where that is a third one. In a stream
    of its own, since the referral's holds the preview, which is for sender and receiver alone."""

    wire_type: ClassVar[str] = "it.trama.registry.withdrawal-told.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "withdrawal"

    referral: Uuid
    receiver: Member
    accepted_on: Day
    withdrawn_on: Day
    reason: ShortText | None = None
