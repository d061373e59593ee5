"""What a service tells everybody about itself in the open catalogue: what it does, and its free places.

No person is in them, and nothing is sealed: what is told here is told to the whole network.
"""

from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from trama_contracts.event import Day, OpenFact
from trama_contracts.payload_fields import Code, Phone, ShortText, Text

Places = Annotated[int, Field(strict=True, ge=0, le=10_000)]
"""How many people something can take."""


class _OfOffer(OpenFact):
    """What is told of one offer; the entity is named after its code."""

    offer: Code

    @property
    def entity_id(self) -> str:
        """The id of the entity, which is also the Kafka key."""
        return f"{self.entity}:{self.offer}"


class ServiceOffered(_OfOffer):
    """Told by the registry of a member for each thing it does for people (offerta), and again when any of it
    changes: what, for whom, where to ask, whether a referral for it is received, and answered in how long."""

    wire_type: ClassVar[str] = "it.trama.registry.service-offered.v1"
    entity: ClassVar[str] = "offer"

    name: ShortText
    what: Text
    for_whom: Text
    phone: Phone
    address: ShortText
    hours: ShortText
    receives_referrals: bool
    usual_answer_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = None


class Capacity(_OfOffer):
    """Told by the registry of a member for an offer of its own (posti): how many places there are and how
    many were free on a day. It is as old as that day: who asks for a place asks the member."""

    wire_type: ClassVar[str] = "it.trama.registry.capacity.v1"
    entity: ClassVar[str] = "capacity"

    places: Places
    free: Places
    as_of: Day

    @model_validator(mode="after")
    def _free_are_among_the_places(self) -> Self:
        if self.free > self.places:
            raise ValueError("more places free than there are")
        return self


OPEN_FACTS: Final[dict[str, type[ServiceOffered] | type[Capacity]]] = {
    fact.wire_type: fact for fact in (ServiceOffered, Capacity)
}
"""Wire type -> class. HPKE keys, which stand in the same topics, are in `catalogue`."""
