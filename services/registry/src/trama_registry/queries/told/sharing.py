"""Who reads what and why, in words."""

from collections.abc import Mapping

from trama_chassis.entitlement import PARTY_CIRCLES
from trama_chassis.language import say

PURPOSES = {
    "work-integration": "inserimento lavorativo",
    "social-care": "assistenza sociale",
    "health-care": "assistenza sanitaria",
    "employment": "servizi per il lavoro",
}
"""What a sharing is for; a purpose without words of its own is told by its code."""
CONTENTS = {
    "care": "Percorso: dati della persona, presa in carico, note, colloqui, prossimi passi",
    "clinical": "Salute: ciò che leggono solo i servizi sanitari",
    "social": "Sociale: famiglia, casa, situazione economica",
    "justice": "Giustizia: misure giudiziarie",
    "host": "Luogo di lavoro: mansione, orario, tutor",
    "referral": "Solo per rispondere: segnalazioni e risposte",
}
"""The circles, with what each holds."""
ASKED = {
    "care": "Percorso: dati della persona, presa in carico, progetti, inserimenti",
    "clinical": "Salute: solo tra servizi sanitari, se la persona lo dice espressamente",
    "social": "Sociale: famiglia, casa, situazione economica",
    "justice": "Giustizia: misure giudiziarie",
}
"""The circles an authorisation is asked for, as the person is asked."""
PARTIES = {
    "referral": "una segnalazione tra i due servizi",
    "note": "chi ha scritto una nota sa chi l'ha letta",
    "placement": "l'inserimento presso chi ospita",
    "link": "la separazione di due percorsi",
}
"""Why who takes part in something reads of it."""


RESTRICTIONS = {
    "accuracy": "la persona contesta che siano esatti",
    "unlawful": "sono trattati contro la legge e la persona non vuole che siano cancellati",
    "claims": "servono alla persona per far valere un diritto",
    "opposition": "la persona si è opposta al loro uso",
}
"""GDPR art. 18(1)."""


def restriction_ground(code: str) -> str:
    """Why what a service holds is restricted, in words."""
    return say(RESTRICTIONS[code])


def ground(basis: Mapping[str, str], circle: str, scope: str) -> str:
    """Why a service reads: the person's consent, a law with its article, or a part that it has."""
    if circle in PARTY_CIRCLES:
        kind = scope.partition(":")[0]
        return say(PARTIES[kind]) if kind in PARTIES else say("una cosa che riguarda i due servizi")
    if basis["kind"] == "consent":
        return say("consenso della persona")
    if "act" not in basis:
        return say("per legge")
    return say("per legge: %(act)s, %(article)s", act=basis["act"], article=basis.get("article", "–"))
