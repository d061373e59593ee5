"""The same life: what the person chooses, what is shown before it is sent, what is hidden and erased."""

from tests.security.desk import DAY, DUE, SENT, on_person, post
from tests.security.life import Free, Step

TO_DSM = {
    "purpose": "work-integration",
    "circles": ["care"],
    "recipients": ["dsm"],
    "notice_given_on": DAY,
}
CHOICES: tuple[Step, ...] = (
    on_person("/notices", {"text": Free("Informativa 2013")}),
    on_person("/participations", {"path": Free("Tirocinio")}, keeps={"participation": "participation"}),
    on_person("/participations/{participation}/withdraw", {"reason": Free("Ha cambiato idea")}),
    on_person(
        "/authorisations", {**TO_DSM, "basis": {"kind": "consent"}}, keeps={"consented": "authorisation"}
    ),
    on_person("/authorisations/{consented}/withdraw", {"reason": Free("Non vuole più")}),
    on_person(
        "/authorisations",
        {**TO_DSM, "basis": {"kind": "law", "act": Free("L. 68/1999"), "article": Free("art. 2")}},
        keeps={"lawful": "authorisation"},
    ),
    on_person(
        "/authorisations/{lawful}/oppose",
        {"reasons": Free("Non vuole che si sappia")},
        keeps={"opposition": "opposition"},
    ),
    on_person(
        "/oppositions/{opposition}/decide",
        {"upheld": False, "reasons": Free("La legge lo impone")},
        by="supervisor",
    ),
    on_person(
        "/restrictions",
        {"ground": "accuracy", "reason": Free("Dice che è sbagliato")},
        keeps={"restriction": "restriction"},
    ),
    on_person("/restrictions/{restriction}/lift", {"reason": Free("Era giusto")}),
)
BEFORE_SENDING: tuple[Step, ...] = (
    on_person("/notes/preview", {"text": Free("Come sta?")}),
    on_person(
        "/interviews/preview",
        {"kind": "desk", "present": Free("Anna"), "summary": Free("Un colloquio")},
    ),
    on_person("/documents/preview", {"kind": "report", "protocol": Free("prot. 1")}, file="bozza.png"),
    on_person(
        "/referrals/preview",
        {**SENT, "answer_by": DUE, "reason": Free("Casa"), "need": Free("Un alloggio")},
    ),
)
AFTERWARDS: tuple[Step, ...] = (
    on_person("/notes", {"text": Free("Una nota in più")}, keeps={"hidden": "note"}),
    on_person("/timeline/{hidden}/hide", {"reason": Free("Lo chiede la persona")}),
    on_person("/hidden/{hidden}/show"),
    on_person("/documents", {"kind": "letter"}, file="riservata.png"),
    Step("GET", "/api/registry/persons/{record}/timeline", keeps={"hidden": "entries.-1.event_id"}),
    on_person("/timeline/{hidden}/hide", {"reason": Free("Anche questa")}),
    on_person("/urgent-access", {"reason": Free("Sta male, e la porta è chiusa")}),
)
LONG_AGO = {"kind": "desk", "present": "Anna", "summary": "Di anni fa", "held_on": "2005-05-05"}
TOO_LONG: tuple[Step, ...] = (
    on_person("/interviews", {**LONG_AGO, "circle": "own"}),
    post("/persons/{other_record}/interviews", {**LONG_AGO, "circle": "own"}),
    post(
        "/erasure-proposals",
        by="supervisor",
        keeps={"proposal": "0.proposal", "put_off": "1.proposal"},
    ),
    post(
        "/erasure-proposals/{put_off}/put-off",
        {"reason": Free("Un ricorso"), "until": "2014-10-14"},
        by="supervisor",
    ),
    post("/erasure-proposals/{proposal}/accept", {"act": Free("Determina 7")}, by="supervisor"),
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
