"""Who a person is, who follows, who may know, who was asked: in words."""

from trama_contracts.registry import (
    AuthorisationGiven,
    CaseManagerAssigned,
    PersonRegistered,
    RecordsLinked,
    ReferralAccepted,
    ReferralDeclined,
    ReferralSent,
    ReferralWithdrawn,
    TakingInChargeClosed,
    TakingInChargeOpened,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import (
    CIRCLES,
    CLOSINGS,
    REFUSALS,
    RELATIONS,
    because,
    listed,
    named,
    on,
    sentence,
)


@tells(PersonRegistered)
def _registered(event: PersonRegistered, member: str, names: Names) -> str:
    name = " ".join(part for part in (event.given_name, event.family_name) if part)
    return f"{name}: prima registrazione {named(names(member), 'presso')}."


@tells(TakingInChargeOpened)
def _opened(event: TakingInChargeOpened, member: str, names: Names) -> str:
    return f"{RELATIONS[event.sector]} {on(event.opened_on, 'dal')}. Bisogno: {sentence(event.need)}"


@tells(TakingInChargeClosed)
def _closed(event: TakingInChargeClosed, member: str, names: Names) -> str:
    return f"Presa in carico conclusa {on(event.closed_on)}: {CLOSINGS[event.reason]}."


@tells(CaseManagerAssigned)
def _assigned(event: CaseManagerAssigned, member: str, names: Names) -> str:
    phone = f", telefono {event.phone}" if event.phone else ""
    return f"Referente del percorso {on(event.since, 'dal')}: {event.name}{phone}."


@tells(AuthorisationGiven)
def _authorised(event: AuthorisationGiven, member: str, names: Names) -> str:
    basis = "con il consenso della persona"
    if event.basis.kind == "law":
        basis = f"per legge ({event.basis.act}, {event.basis.article})"
    until = f" {on(event.ends_on, 'al')}" if event.ends_on else ""
    circles = ", ".join(CIRCLES[circle] for circle in event.circles)
    recipients = listed(event.recipients, names)
    return (
        f"Condivisione autorizzata {basis}, {on(event.starts_on, 'dal')}{until}. "
        f"Che cosa: {circles}. Tra: {recipients}. Informativa consegnata {on(event.notice_given_on)}."
    )


@tells(ReferralSent)
def _sent(event: ReferralSent, member: str, names: Names) -> str:
    return (
        f"Segnalazione inviata {named(names(event.to), 'a')}. Motivo: {sentence(event.reason)} "
        f"Risposta attesa entro {on(event.answer_by)}."
    )


@tells(ReferralAccepted)
def _accepted(event: ReferralAccepted, member: str, names: Names) -> str:
    return f"Segnalazione accettata {named(names(member), 'da')}. Contatto: {event.contact}."


@tells(ReferralDeclined)
def _declined(event: ReferralDeclined, member: str, names: Names) -> str:
    alternative = f" Alternativa: {sentence(event.alternative)}" if event.alternative else ""
    return f"Segnalazione non accolta {named(names(member), 'da')}: {REFUSALS[event.reason]}.{alternative}"


@tells(ReferralWithdrawn)
def _withdrawn(event: ReferralWithdrawn, member: str, names: Names) -> str:
    by = named(names(member), "da")
    return f"Segnalazione ritirata {by} {on(event.withdrawn_on)}.{because(event.reason)}"


@tells(RecordsLinked)
def _linked(event: RecordsLinked, member: str, names: Names) -> str:
    other = event.b.member if event.a.member == member else event.a.member
    return f"Percorso collegato a quello che la persona ha {named(names(other), 'presso')}."
