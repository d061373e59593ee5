"""A life in which everything that the APIs take is written, in an order in which all succeeds: the desk."""

from typing import Any

from tests.security.life import Free, Step

DUE, DAY, LATER = "2013-10-21", "2013-10-14", "2014-03-31"
CONSENT = {"kind": "consent"}
SENT = {"to": "ambito-urbano", "authorisation": "{authorisation}", "answer_by": DUE}


def post(path: str, body: Any = None, **said: Any) -> Step:
    """A command of the registry that is posted."""
    return Step("POST", f"/api/registry{path}", body if body is not None else {}, **said)


def on_person(path: str, body: Any = None, **said: Any) -> Step:
    """A command about the person of this life."""
    return post(f"/persons/{{record}}{path}", body, **said)


def on_referral(act: str, body: Any = None, referral: str = "referral", **said: Any) -> Step:
    """A command about one of the referrals of this life."""
    return post(f"/referrals/{{{referral}}}/{act}", body, **said)


def theirs(act: str, body: Any = None, **said: Any) -> Step:
    """The answer of the receiver to a referral."""
    return on_referral(act, body, at="ambito-urbano", carried=True, **said)


DOORS = (
    Step(
        "PUT",
        "/api/registry/offers/{offer}",
        {
            "name": Free("Sportello"),
            "what": Free("Ascolto e orientamento"),
            "for_whom": Free("Chi cerca lavoro"),
            "phone": "0434 000000",
            "address": Free("via delle Prove 1"),
            "hours": Free("lunedì 9-12"),
            "receives_referrals": True,
        },
    ),
    Step("PUT", "/api/registry/offers/{offer}/capacity", {"places": 10, "free": 3}),
    post(
        "/protocols",
        {
            "district": "{offer}",
            "act": Free("Delibera di prova 1"),
            "members": ["sil", "ambito-urbano"],
            "valid_from": "2013-01-01",
        },
        by="supervisor",
        keeps={"protocol": "protocol"},
    ),
    post(
        "/accesses",
        {
            "channel": "desk",
            "need": Free("Cerca un lavoro"),
            "given_name": Free("Olga"),
            "family_name": Free("Allaporta"),
            "town": Free("Pordenone"),
            "note": Free("Torna lunedì"),
            "another_person": Free("Un'altra persona"),
        },
        keeps={"access": "access"},
    ),
    post(
        "/accesses/{access}/conclude",
        {
            "outcome": "informed",
            "note": Free("Ha avuto le informazioni"),
            "given_name": Free("Olga"),
            "family_name": Free("Allaporta"),
            "town": Free("Pordenone"),
            "another_person": Free("Un'altra persona"),
        },
    ),
    post(
        "/accesses",
        {
            "channel": "phone",
            "need": Free("Vuole parlare"),
            "family_name": Free("Riservata"),
            "reserved": True,
        },
        by="listening-specialist",
        keeps={"reserved": "access"},
    ),
    post(
        "/persons/candidates",
        {"given_name": Free("Anna"), "family_name": Free("Esempio"), "town": Free("Pordenone")},
    ),
    post(
        "/persons",
        {
            "given_name": Free("Anna"),
            "family_name": Free("Esempio"),
            "town": Free("Pordenone"),
            "phone": "0434 111111",
            "another_person": Free("È un'altra: l'ha detto lei"),
            "taking_in_charge": {
                "need": Free("Cerca lavoro dopo una lunga assenza"),
                "basis": {"kind": "law", "act": Free("L. 68/1999"), "article": Free("art. 2")},
                "case_manager": {"operator": "op-caseworker", "name": Free("Sara Demo")},
            },
        },
        keeps={"record": "record", "episode": "taking_in_charge.episode"},
    ),
    post(
        "/persons",
        {"given_name": Free("Bianca"), "family_name": Free("Diversa"), "another_person": Free("Diversa")},
        keeps={"other_record": "record"},
    ),
)
IDENTITY = (
    on_person(
        "/correct",
        {"given_name": Free("Anna"), "family_name": Free("Esempio"), "town": Free("Cordenons")},
    ),
    on_person(
        "/identifiers",
        {"kind": "other", "value": Free("TESSERA-1"), "attested_by": Free("Anagrafe di prova")},
        keeps={"identifier": "identifiers.0.identifier"},
    ),
    on_person("/identifiers/{identifier}/attest", {"attested_by": Free("Anagrafe di prova")}),
    on_person("/identifiers/{identifier}/end", {"reason": "expired"}),
    on_person(
        "/certificates",
        {"kind": "disadvantaged", "issuer": Free("Ente di prova"), "starts_on": "2013-02-04"},
        keeps={"certificate": "certificates.0.certificate"},
    ),
    on_person("/certificates/{certificate}/end", {"reason": "expired"}),
    Step("PUT", "/api/registry/persons/{record}/target-groups", {"groups": ["migrant"]}),
    on_person("/told-apart", {"other": "{other_record}", "reason": Free("Sono sorelle")}),
    on_person("/links", {"member": "ambito-urbano", "record": "{stranger}"}, keeps={"link": "link"}),
    on_person("/links/{link}/remove", {"reason": Free("Non era la stessa persona")}),
)
RELATION = (
    on_person("/taking-in-charge/suspend", {"reason": "away"}),
    on_person("/taking-in-charge/resume"),
    on_person("/competence/dispute", {"other": "ambito-urbano", "reason": Free("Abita altrove")}),
    on_person("/competence/settle", {"competent": "sil"}),
    on_person("/taking-in-charge/close", {"reason": "goals-reached"}),
    on_person("/taking-in-charge/reopen", {"reason": Free("È tornata")}),
    on_person("/taking-in-charge/close", {"reason": "goals-reached"}),
    on_person(
        "/taking-in-charge",
        {
            "need": Free("Cerca ancora lavoro"),
            "basis": {"kind": "law", "act": Free("L. 68/1999"), "article": Free("art. 2")},
            "case_manager": {"operator": "op-caseworker", "name": Free("Sara Demo")},
        },
    ),
    on_person("/case-manager", {"operator": "op-caseworker", "name": Free("Sara Demo")}),
    on_person(
        "/authorisations",
        {
            "purpose": "work-integration",
            "basis": {"kind": "law", "act": Free("L. 68/1999"), "article": Free("art. 2")},
            "circles": ["care"],
            "recipients": ["ambito-urbano"],
            "notice_given_on": DAY,
        },
        keeps={"authorisation": "authorisation"},
    ),
    Step(
        "PUT",
        "/api/registry/persons/{record}/next-step",
        {"what": Free("Telefonare"), "who": Free("Sara Demo"), "due_on": DUE},
    ),
    on_person("/next-step/done", {"outcome": Free("Verrà")}),
    on_person(
        "/interviews",
        {"kind": "desk", "present": Free("Anna e la madre"), "summary": Free("Un buon colloquio")},
    ),
    on_person(
        "/interviews",
        {"kind": "desk", "present": Free("Anna"), "summary": Free("Per noi soli"), "circle": "own"},
        keeps={"interview": "interview"},
    ),
    on_person(
        "/interviews/{interview}/correction",
        {"reason": Free("Era di un'altra persona"), "instead": Free("Anna non c'era")},
    ),
)
REFERRALS = (
    on_person(
        "/referral-drafts",
        {"to": "ambito-urbano", "reason": Free("Casa"), "need": Free("Un alloggio")},
        keeps={"draft": "draft"},
    ),
    Step("PUT", "/api/registry/referral-drafts/{draft}", {"reason": Free("Casa"), "need": Free("Un tetto")}),
    on_person(
        "/documents",
        {"kind": "letter", "protocol": Free("prot. 12/2013")},
        file="lettera.png",
        keeps={"document": "document"},
    ),
    on_person("/documents", {"kind": "report"}, file="relazione.png", keeps={"unnumbered": "document"}),
    on_person("/documents/{member}/{unnumbered}/protocol", {"protocol": Free("prot. 21/2013")}),
    on_person(
        "/referrals",
        {**SENT, "reason": Free("Casa"), "need": Free("Un alloggio")},
        keeps={"referral": "referral"},
    ),
    on_referral("protocol", {"number": Free("13/2013")}),
    theirs("see"),
    theirs("question", {"question": Free("Da quando?")}),
    on_referral("explain", {"answer": Free("Da un mese")}, carried=True),
    theirs(
        "accept",
        {"need": Free("Un alloggio"), "contact": Free("Ugo Demo")},
        keeps={"their_record": "record"},
    ),
    theirs("start"),
    theirs("complete", {"outcome": "goals-reached", "note": Free("Fatto")}),
    theirs("reopen", {"reason": Free("Manca ancora")}),
    theirs("fail", {"reason": "no-capacity", "alternative": Free("La parrocchia")}),
    on_person(
        "/referrals",
        {**SENT, "reason": Free("Casa"), "need": Free("Un alloggio")},
        keeps={"declined": "referral"},
        carried=True,
    ),
    theirs("decline", {"reason": "no-capacity", "alternative": Free("La parrocchia")}, referral="declined"),
    on_referral("renew", {"reason": Free("Ancora"), "need": Free("Casa")}, "declined", carried=True),
    on_referral("withdraw", {"reason": Free("Ha trovato")}, "declined"),
    on_person(
        "/referrals",
        {**SENT, "reason": Free("Casa"), "need": Free("Un alloggio")},
        keeps={"noted": "referral"},
    ),
    on_referral(
        "note",
        {"answer": "declined", "by": Free("Ugo Demo"), "note": Free("Per lettera")},
        "noted",
    ),
    on_person(
        "/notes", {"text": Free("Come sta?"), "needs_answer": True}, keeps={"note": "note"}, carried=True
    ),
    Step(
        "POST",
        "/api/registry/persons/{their_record}/notes/{note}/read",
        {"answer": Free("Bene")},
        at="ambito-urbano",
        carried=True,
    ),
    on_person(
        "/timeline/{note}/correction",
        {"reason": Free("Era sbagliata"), "instead": Free("Come stava?")},
        carried=True,
    ),
    Step("DELETE", "/api/registry/referral-drafts/{draft}"),
    on_person(
        "/referral-drafts",
        {"to": "ambito-urbano", "reason": Free("Casa"), "need": Free("Un alloggio")},
        keeps={"draft": "draft"},
    ),
)
