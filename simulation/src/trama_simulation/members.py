"""The members that stories name, and what the rules of sharing must know of them. Pure."""

from datetime import date

URBANO, EST = "ambito-urbano", "ambito-est"
SIL, DSM, SERT = "sil", "dsm", "sert"
CPI, COMIDIS, COR = "cpi", "comidis", "cor"
FILO, MOBILI = "coop-filo", "mobili-campione"
PROVINCIA = "provincia"

URBANO_AGAIN = "ambito-urbano (altra scheda)"
"""A second record of somebody that a member has without knowing it: a place of its own, at the same desk."""
HOME = {URBANO_AGAIN: URBANO}
"""The member where such a record is."""
FOLLOWERS = (URBANO, EST, SIL, DSM, SERT, CPI, COMIDIS)
"""Members that take people in charge, and so have records of them."""
PUBLIC = (*FOLLOWERS, COR)
"""Members with a registry and an evaluation service, which read each other."""
HOSTS = (FILO, MOBILI)
PROMOTERS = (SIL, CPI)
EVERYBODY = (*PUBLIC, *HOSTS, PROVINCIA)

CONTROLLER = {
    **dict.fromkeys((URBANO, URBANO_AGAIN), "comune-urbano"),
    EST: "comune-est",
    **dict.fromkeys((SIL, DSM, SERT), "ass6"),
    **dict.fromkeys((CPI, COMIDIS), "provincia-pn"),
    COR: "regione",
}
"""Who answers for the data of each public member."""
SECTOR = {
    **dict.fromkeys((URBANO, URBANO_AGAIN, EST), "social"),
    SIL: "work-integration",
    **dict.fromkeys((DSM, SERT), "health"),
    **dict.fromkeys((CPI, COMIDIS), "employment"),
}
"""As what each takes people in charge."""
CIRCLES = {
    "care": frozenset({*PUBLIC, URBANO_AGAIN}),
    "social": frozenset({URBANO, URBANO_AGAIN, EST}),
    "clinical": frozenset({DSM, SERT, COMIDIS}),
}
"""Who may know what is told in each circle, if the person says so."""

SPECIALIST = {URBANO: "rita"}
"""Who hears what is said at a member's listening centre."""
SUPERVISOR = {URBANO: "rita", SIL: "teo"}
"""Who may enter a protocol there, decide on an opposition, order an erasure or answer who asks for one."""

FIRST_DAY = date(2013, 1, 7)
"""Before this Monday nobody does anything."""
TODAY = date(2013, 10, 14)
"""Where the clock of the demonstration comes to stand; what lies after it is a plan."""


def home(place: str) -> str:
    """The member at which a record is."""
    return HOME.get(place, place)
