"""Who a person is, who follows, who may know, who was asked: in words."""

from trama_chassis.language import say
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
    alternatively,
    because,
    listed,
    sentence,
    until,
)


@tells(PersonRegistered)
def _registered(event: PersonRegistered, member: str, names: Names) -> str:
    name = " ".join(part for part in (event.given_name, event.family_name) if part)
    return say("%(name)s: prima registrazione presso il %(who)s.", name=name, who=names(member))


@tells(TakingInChargeOpened)
def _opened(event: TakingInChargeOpened, member: str, names: Names) -> str:
    return say(
        "%(relation)s dal %(day)s. Bisogno: %(need)s",
        relation=say(RELATIONS[event.sector]),
        day=event.opened_on,
        need=sentence(event.need),
    )


@tells(TakingInChargeClosed)
def _closed(event: TakingInChargeClosed, member: str, names: Names) -> str:
    return say(
        "Presa in carico conclusa il %(day)s: %(reason)s.",
        day=event.closed_on,
        reason=say(CLOSINGS[event.reason]),
    )


@tells(CaseManagerAssigned)
def _assigned(event: CaseManagerAssigned, member: str, names: Names) -> str:
    if event.phone is None:
        return say("Referente del percorso dal %(day)s: %(name)s.", day=event.since, name=event.name)
    return say(
        "Referente del percorso dal %(day)s: %(name)s, telefono %(phone)s.",
        day=event.since,
        name=event.name,
        phone=event.phone,
    )


@tells(AuthorisationGiven)
def _authorised(event: AuthorisationGiven, member: str, names: Names) -> str:
    basis = say("con il consenso della persona")
    if event.basis.kind == "law":
        basis = say("per legge (%(act)s, %(article)s)", act=event.basis.act, article=event.basis.article)
    return say(
        "Condivisione autorizzata %(basis)s, dal %(day)s%(until)s. Che cosa: %(circles)s. "
        "Tra: %(recipients)s. Informativa consegnata il %(notice)s.",
        basis=basis,
        day=event.starts_on,
        until=until(event.ends_on),
        circles=", ".join(say(CIRCLES[circle]) for circle in event.circles),
        recipients=listed(event.recipients, names),
        notice=event.notice_given_on,
    )


@tells(ReferralSent)
def _sent(event: ReferralSent, member: str, names: Names) -> str:
    return say(
        "Segnalazione inviata al %(to)s. Motivo: %(reason)s Risposta attesa entro il %(day)s.",
        to=names(event.to),
        reason=sentence(event.reason),
        day=event.answer_by,
    )


@tells(ReferralAccepted)
def _accepted(event: ReferralAccepted, member: str, names: Names) -> str:
    return say(
        "Segnalazione accettata dal %(who)s. Contatto: %(contact)s.",
        who=names(member),
        contact=event.contact,
    )


@tells(ReferralDeclined)
def _declined(event: ReferralDeclined, member: str, names: Names) -> str:
    return say(
        "Segnalazione non accolta dal %(who)s: %(reason)s.",
        who=names(member),
        reason=say(REFUSALS[event.reason]),
    ) + alternatively(event.alternative)


@tells(ReferralWithdrawn)
def _withdrawn(event: ReferralWithdrawn, member: str, names: Names) -> str:
    said = say("Segnalazione ritirata dal %(who)s il %(day)s.", who=names(member), day=event.withdrawn_on)
    return said + because(event.reason)


@tells(RecordsLinked)
def _linked(event: RecordsLinked, member: str, names: Names) -> str:
    if event.a.member == event.b.member:
        return say("Due schede della stessa persona collegate presso il %(who)s.", who=names(member))
    other = event.b.member if event.a.member == member else event.a.member
    return say("Percorso collegato a quello che la persona ha presso il %(other)s.", other=names(other))
