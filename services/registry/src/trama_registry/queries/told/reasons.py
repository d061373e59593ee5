"""Why a service may read something or may not, in plain words: the one place where codes become sentences."""

from collections.abc import Mapping
from datetime import date

from trama_chassis.entitlement import Reason
from trama_chassis.language import say

from trama_registry.queries.told.telling import Names

PLAIN: Mapping[str, str] = {
    "reporting-by-law": "Conta i dati senza nome, per legge.",
    "same-member": "È un altro modulo dello stesso servizio.",
    "party": "Prende parte a ciò che vi è scritto.",
    "authorised": "C'è un'autorizzazione a condividere in vigore che lo comprende.",
    "facts-for-reporting": "I dati per i conteggi vanno solo a chi li conta.",
    "reporting-reads-facts": "Chi conta legge solo dati senza nome.",
    "sister-only": "Resta ai moduli del servizio che lo scrive.",
    "not-party": "Non prende parte a ciò che vi è scritto.",
    "other-circle": "Le autorizzazioni registrate non comprendono questa parte dei dati.",
    "no-authorisation": "Nessuna autorizzazione a condividere è registrata per questa persona.",
}
"""What needs no name and no day."""
WITH_DAY: Mapping[str, str] = {
    "restricted": "I dati della persona sono limitati dal %(day)s: fino a che la limitazione dura non si "
    "condividono.",
    "withdrawn": "La persona ha revocato l'autorizzazione il %(day)s.",
    "opposed": "La persona si è opposta il %(day)s: su questa base di legge non si condivide.",
    "over": "L'autorizzazione è scaduta il %(day)s.",
    "not-begun": "L'autorizzazione vale solo dal %(day)s.",
}
WITH_NAME: Mapping[str, str] = {
    "not-listed": "Il %(who)s non fa parte della rete.",
    "no-such-service": "Il %(who)s non ha questo modulo.",
    "not-in-circle": "Il %(who)s non fa parte di chi può leggere questa parte dei dati.",
    "not-linked": "Non risulta che il %(who)s segua la persona.",
    "closed": "Il %(who)s non segue più la persona, e nessuna autorizzazione dice che continui a leggere.",
    "silent": "L'autorizzazione viene dal %(who)s, che tace da troppo tempo o di cui manca qualcosa: per "
    "prudenza non si condivide con nessuno di nuovo finché non torna.",
    "other-recipients": "Le autorizzazioni registrate non nominano il %(who)s.",
    "other-controllers": "Le autorizzazioni registrate non riguardano i dati di %(who)s.",
    "other-purpose": "Il %(who)s non opera per la finalità dell'autorizzazione.",
}


def in_words(reason: Reason, names: Names) -> str:
    """One sentence, in the language of whoever reads."""
    if reason.code in PLAIN:
        return say(PLAIN[reason.code])
    if reason.code in WITH_DAY:
        return say(WITH_DAY[reason.code], day=date.fromisoformat(reason.about[0]))
    return say(WITH_NAME[reason.code], who=names(reason.about[0].partition(".")[0]))
