"""The same life at the services of evaluation and placement."""

from typing import Any

from tests.security.desk import DAY, LATER, post
from tests.security.life import Free, Step

SEATS = [{"member": "sil", "role": "mediatrice"}, {"member": "ambito-urbano", "role": "assistente-sociale"}]


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
HEALTH_PART = {
    "discipline": "psychology",
    "health": {"stability": "stable", "diagnosis": Free("Una diagnosi")},
}
SOCIAL_PART = {
    "discipline": "social-work",
    "social": {
        "family": Free("Due figli"),
        "housing": Free("In affitto"),
        "economy": Free("Nessun reddito"),
    },
}
OWN_PART = {
    "discipline": "social-work",
    "ratings": [{"item": "d710", "score": 1}],
    "note": Free("Puntuale"),
}
AGREED = {
    "own_words": Free("Vorrei lavorare al mattino"),
    "goals": [{"what": Free("Un tirocinio"), "by": "sil"}],
    "review_on": "2014-01-15",
}
CALLED = {
    "held_on": DAY,
    "place": Free("Sala riunioni"),
    "seats": SEATS,
    "authorisation": "{authorisation}",
}
FOUND = {"path_type": "traineeship", "override_reason": Free("Lo chiede lei")}
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
    assess("/asked/{dsm}/{health_evaluation}/contribution/preview", HEALTH_PART, **AT_DSM),
    assess("/asked/{dsm}/{health_evaluation}/contribution", HEALTH_PART, **AT_DSM),
    assess(
        "/evaluations",
        {**ASKED, "record": "{their_record}", "contributors": ["ambito-urbano"]},
        keeps={"social_evaluation": "evaluation"},
        **AT_AMBITO,
    ),
    assess("/asked/{ambito}/{social_evaluation}/contribution/preview", SOCIAL_PART, **AT_AMBITO),
    assess("/asked/{ambito}/{social_evaluation}/contribution", SOCIAL_PART, **AT_AMBITO),
)
EVALUATION = (
    assess("/evaluations/preview", {**ASKED, "record": "{record}", "contributors": ["sil"]}),
    assess(
        "/evaluations",
        {**ASKED, "record": "{record}", "contributors": ["sil"]},
        keeps={"evaluation": "evaluation"},
        carried=True,
    ),
    assess("/asked/{member}/{evaluation}/contribution/preview", OWN_PART),
    assess("/asked/{member}/{evaluation}/contribution", OWN_PART),
    assess("/evaluations/{evaluation}/session/preview", CALLED),
    assess("/evaluations/{evaluation}/session", CALLED),
    assess("/evaluations/{evaluation}/complete/preview", FOUND),
    assess("/evaluations/{evaluation}/complete", FOUND),
    assess("/evaluations/{evaluation}/project/preview", AGREED),
    assess("/evaluations/{evaluation}/project", AGREED, keeps={"project": "project"}),
    assess("/projects/{project}/refuse", {"reason": Free("Non è d'accordo")}),
    assess("/projects/{project}/review", {"review_on": "2014-02-15", "because": "person-asks"}),
    assess(
        "/projects/{project}/reviews",
        {
            "members": ["sil", "coop-filo"],
            "person_words": Free("Il mattino va bene"),
            "host_words": Free("È puntuale"),
            **{"outcome": "goes-on", "review_on": "2014-03-15"},
        },
    ),
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
    place("/placements/preview", {**PROPOSED, "task": Free("Assemblaggio")}, carried=True),
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
        "/placements",
        {
            **PROPOSED,
            **{"path_type": "observation-lab", "host": "sil", "task": Free("Osservazione")},
            **{"planned_from": DAY, "planned_to": "2014-02-28"},
        },
        keeps={"observed": "placement"},
    ),
    place("/placements/{observed}/approvals", {"party": "person"}),
    place("/placements/{observed}/approvals", {"party": "promoter"}),
    place("/placements/{observed}/start", {"started_on": DAY}),
    place(
        "/placements/{observed}/end",
        {"ended_on": DAY, "reason": "completed", "report": Free("Lavora da sola")},
    ),
    place(
        "/hosted/{promoter}/{asked}/refuse",
        {"reason": Free("Non ora")},
        at="coop-filo",
        by="host-tutor",
        carried=True,
    ),
)
