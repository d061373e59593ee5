"""Figures that documents give for past years: dated data with unit and source, never mixed with counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """A figure of a year as a document gives it, in the document's own unit."""

    year: int
    value: int
    unit: str
    source: str


INSTRUMENTS = "strumenti attivati"
PORDENONE_2013 = (
    "Provincia di Pordenone, rapporto 2013 sugli strumenti di inserimento lavorativo "
    "attivati per persone svantaggiate"
)
# S[003-129] «dati di flusso 2012»: the plan names the flow and gives no figure; these are the report's.
PLACEMENT_INSTRUMENTS = (
    Given(2012, 721, INSTRUMENTS, PORDENONE_2013),
    Given(2013, 857, INSTRUMENTS, PORDENONE_2013),
)
