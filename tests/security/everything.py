"""A life in which everything that the APIs take is written, in an order in which all of it succeeds."""

from typing import Any

from tests.security.life import Free, Step

DUE, DAY, LATER = "2013-10-21", "2013-10-14", "2014-03-31"
CONSENT = {"kind": "consent"}
SENT = {"to": "ambito-urbano", "authorisation": "{authorisation}", "answer_by": DUE}
SEATS = [{"member": "sil", "role": "mediatrice"}, {"member": "ambito-urbano", "role": "assistente-sociale"}]


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


def assess(path: str, body: Any = None, **said: Any) -> Step:
    """A command of the evaluation service."""
    return Step(
        "POST", f"/api/evaluation{path}", body if body is not None else {}, **{"by": "team-lead", **said}
    )


ASKED = {
    "team": "integrated-team",
    "question": Free("Che lavoro può iniziare?"),
    "contributions_by": "2013-10-31",
}
AT_DSM = {"at": "dsm", "carried": True}
AT_AMBITO = {"at": "ambito-urbano", "carried": True}
SPECIAL_PARTS = (
    post(
        "/persons",
        {
            "given_name": Free("Carla"),
            "family_name": Free("Curata"),
            "another_person": Free("Un'altra"),
            "taking_in_charge": {"need": Free("Una cura")},
        },
        at="dsm",
        keeps={"patient": "record"},
    ),
    assess(
        "/evaluations",
        {**ASKED, "record": "{patient}", "contributors": ["dsm"]},
        keeps={"health_evaluation": "evaluation"},
        **AT_DSM,
    ),
    assess(
        "/asked/dsm/{health_evaluation}/contribution",
        {"discipline": "psychology", "health": {"stability": "stable", "diagnosis": Free("Una diagnosi")}},
        **AT_DSM,
    ),
    assess(
        "/evaluations",
        {**ASKED, "record": "{their_record}", "contributors": ["ambito-urbano"]},
        keeps={"social_evaluation": "evaluation"},
        **AT_AMBITO,
    ),
    assess(
        "/asked/ambito-urbano/{social_evaluation}/contribution",
        {
            "discipline": "social-work",
            "social": {
                "family": Free("Due figli"),
                "housing": Free("In affitto"),
                "economy": Free("Nessun reddito"),
            },
        },
        **AT_AMBITO,
    ),
)
EVALUATION = (
    assess(
        "/evaluations",
        {**ASKED, "record": "{record}", "contributors": ["sil"]},
        keeps={"evaluation": "evaluation"},
        carried=True,
    ),
    assess(
        "/asked/sil/{evaluation}/contribution",
        {
            "discipline": "social-work",
            "ratings": [{"item": "d710", "score": 1}],
            "note": Free("Puntuale"),
        },
    ),
    assess(
        "/evaluations/{evaluation}/session",
        {"held_on": DAY, "place": Free("Sala riunioni"), "seats": SEATS, "authorisation": "{authorisation}"},
    ),
    assess(
        "/evaluations/{evaluation}/complete",
        {"path_type": "traineeship", "override_reason": Free("Lo chiede lei")},
    ),
    assess(
        "/evaluations/{evaluation}/project",
        {
            "own_words": Free("Vorrei lavorare al mattino"),
            "goals": [{"what": Free("Un tirocinio"), "by": "sil"}],
            "review_on": "2014-01-15",
        },
        keeps={"project": "project"},
    ),
    assess("/projects/{project}/refuse", {"reason": Free("Non è d'accordo")}),
    assess("/projects/{project}/review", {"review_on": "2014-02-15", "because": "person-asks"}),
)


def place(path: str, body: Any = None, **said: Any) -> Step:
    """A command of the placement service."""
    by = {"by": "placement-officer", **said}
    return Step("POST", f"/api/placement{path}", body if body is not None else {}, **by)


PROPOSED = {
    "record": "{record}",
    "path_type": "traineeship",
    "host": "coop-filo",
    "weekly_hours": 16,
    "planned_from": "2013-10-15",
    "planned_to": LATER,
}
PLACEMENT = (
    place(
        "/placements",
        {**PROPOSED, "task": Free("Assemblaggio")},
        keeps={"placement": "placement"},
        carried=True,
    ),
    place("/placements/{placement}/approvals", {"party": "person"}),
    place("/placements/{placement}/approvals/refuse", {"party": "host", "reason": Free("Manca il posto")}),
    place(
        "/placements",
        {**PROPOSED, "task": Free("Magazzino")},
        keeps={"asked": "placement"},
    ),
    place(
        "/hosted/sil/{asked}/refuse",
        {"reason": Free("Non ora")},
        at="coop-filo",
        by="host-tutor",
        carried=True,
    ),
)
ERASED = {"ground": "wrong-person", "act": Free("Disposizione 12"), "reason": Free("Era di un omonimo")}
ERASURE = (
    on_person(
        "/notes", {"text": "Di un omonimo", "needs_answer": False}, keeps={"wrong": "note"}, carried=True
    ),
    on_person("/timeline/{wrong}/erasure", ERASED, by="supervisor", keeps={"order": "order"}),
    post("/erasures/{order}/reminder", by="supervisor"),
    post(
        "/persons/{their_record}/erasure",
        ERASED,
        at="ambito-urbano",
        by="supervisor",
        keeps={"asked_order": "order"},
        carried=True,
    ),
    post(
        "/erasure-requests/{asked_order}/answer",
        {"outcome": "kept", "act": Free("D.Lgs. 42"), "article": Free("art. 21"), "reason": Free("Atti")},
        by="supervisor",
        carried=True,
    ),
)
LIFE: tuple[Step, ...] = (
    *(*DOORS, *IDENTITY, *RELATION, *REFERRALS, *EVALUATION, *PLACEMENT, *SPECIAL_PARTS),
    *ERASURE,
)
"""What is erased comes last: nothing of it is left to be shown."""
