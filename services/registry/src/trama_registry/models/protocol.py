"""Protocols under which several members hold one taking in charge together: dated rows, not code."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import date

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel
from trama_chassis.language import say
from trama_contracts.registry import Integration

from trama_registry.errors import NotPartyToProtocol, ProtocolNotInForce


class Protocol(SQLModel, table=True):
    """A protocol for the integrated taking in charge (presa in carico integrata) of one district."""

    __tablename__ = "protocol"
    protocol: str = Field(primary_key=True)
    district: str = Field(index=True)
    act: str
    members: list[str] = Field(sa_column=Column(JSON, nullable=False))
    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day, the first and the last included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def integrate(
        self,
        members: Iterable[str],
        *,
        on: date,
        allowing: AbstractContextManager[None] | None = None,
    ) -> Integration:
        """Who holds a taking in charge together under it; `allowing` is around what may be set aside.

        Raises ProtocolNotInForce, NotPartyToProtocol.
        """
        with allowing or nullcontext():
            self._must_be_in_force(on)
        together = sorted(set(members))
        if strangers := [member for member in together if member not in self.members]:
            raise NotPartyToProtocol(
                "Il protocollo «%(act)s» non è firmato da: %(others)s. "
                "Scegliete fra chi lo ha firmato, o aprite una presa in carico del solo nostro servizio.",
                act=self.act,
                others=", ".join(strangers),
            )
        return Integration(district=self.district, act=self.act, members=tuple(together))

    def _must_be_in_force(self, on: date) -> None:
        if not self.in_force(on):
            until = say(" al %(day)s", day=self.valid_to) if self.valid_to else ""
            raise ProtocolNotInForce(
                "Il protocollo «%(act)s» vale dal %(valid_from)s%(until)s, non il %(on)s: la presa in "
                "carico integrata non è possibile in quel giorno.",
                act=self.act,
                valid_from=self.valid_from,
                until=until,
                on=on,
            )
