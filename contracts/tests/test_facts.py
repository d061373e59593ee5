"""What the accountability circle learns of each event, and that it can name nobody by it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.facts import Counted, fact_of
from trama_contracts.names import MEMBER_PATTERN
from trama_contracts.payload_fields import CODE_PATTERN
from trama_contracts.schemas import writer_schema

GOLDEN = Path(__file__).parents[1] / "golden" / "events"
REPLACED_ID = "m0Yc0m2bV9H1xq0mJxJ0oE4bU8mC6mD2n5J7wS3tZ1E"
REPORTING_ID = "q8Yc0m2bV9H1xq0mJxJ0oE4bU8mC6mD2n5J7wS3tZ1E"
TOLD: dict[str, dict[str, object] | None] = {
    "PersonRegistered": None,
    "ReportingIdAssigned": None,
    "ConflictDeclared": None,
    "ConflictLifted": None,
    "UrgentAccessTaken": None,
    "AccessesAsked": None,
    "AccessesTold": None,
    "TakingInChargeOpened": {"sector": "social", "opened_on": "2013-02-04"},
    "TakingInChargeClosed": {"closed_on": "2013-10-01", "reason": "goals-reached"},
    "CaseManagerAssigned": None,
    "TakingInChargeSuspended": None,
    "TakingInChargeResumed": None,
    "TakingInChargeReopened": {"reopened_on": "2013-10-14"},
    "CompetenceMoved": None,
    "CompetenceDisputed": None,
    "CompetenceSettled": None,
    "ServicePactSigned": None,
    "DocumentFiled": None,
    "HealthDocumentFiled": None,
    "SocialDocumentFiled": None,
    "JudicialDocumentFiled": None,
    "AccessRecorded": None,
    "AccessConcluded": None,
    "AuthorisationGiven": None,
    "AuthorisationWithdrawn": None,
    "OppositionRaised": None,
    "OppositionDecided": None,
    "NoticeGiven": None,
    "ParticipationAgreed": None,
    "ParticipationWithdrawn": None,
    "RestrictionSet": None,
    "RestrictionLifted": None,
    "ReferralSent": {"to": "sil", "sent_on": "2013-02-11"},
    "ReferralAccepted": {
        "sender": "ambito-urbano",
        "accepted_on": "2013-02-14",
        "sent_on": "2013-02-11",
        "answer_by": "2013-02-18",
    },
    "ReferralDeclined": {
        "sender": "ambito-urbano",
        "declined_on": "2013-06-10",
        "reason": "not-competent",
        "sent_on": "2013-06-03",
        "answer_by": "2013-06-13",
    },
    "RecordsLinked": None,
    "RecordsUnlinked": None,
    "IdentifierAssigned": None,
    "IdentifierEnded": None,
    "ReportingIdReplaced": {
        "replaced": REPLACED_ID,
        "was_theirs": False,
        "replaced_on": "2013-09-20",
        "undone": True,
    },
    "CertificateRecorded": None,
    "CertificateEnded": None,
    "TargetGroupsSet": None,
    "HealthTargetGroupsSet": None,
    "JudicialTargetGroupsSet": None,
    "ReferralWithdrawn": {"withdrawn_on": "2013-06-11"},
    "ReferralRenewed": {"renewed_on": "2013-06-11"},
    "WithdrawalTold": None,
    "AuthorisationWithdrawalTold": None,
    "ReferralExplained": None,
    "ReferralReminded": None,
    "ReferralUnanswered": {"answer_by": "2013-06-10", "passed_on": "2013-06-14"},
    "ReferralSuperseded": None,
    "ReferralNoted": {
        "answer": "accepted",
        "answered_on": "2013-06-13",
        "to": "cpi",
        "sent_on": "2013-06-03",
        "answer_by": "2013-06-10",
    },
    "ReferralSeen": None,
    "ReferralQuestioned": None,
    "ReferralStarted": None,
    "ReferralCompleted": {
        "sender": "ambito-urbano",
        "completed_on": "2013-09-30",
        "outcome": "goals-reached",
    },
    "ReferralFailed": {"sender": "ambito-urbano", "failed_on": "2013-09-30", "reason": "no-capacity"},
    "ReferralReconsidered": {"sender": "ambito-urbano", "reconsidered_on": "2013-06-12"},
    "ReferralReopened": {"sender": "ambito-urbano", "reopened_on": "2013-10-07"},
    "NextStepSet": None,
    "NextStepDone": None,
    "EntryCorrected": None,
    "ErasureRequested": None,
    "ErasureAnswered": None,
    "HealthEntryCorrected": None,
    "SocialEntryCorrected": None,
    "JudicialEntryCorrected": None,
    "DocumentNumbered": None,
    "HealthDocumentNumbered": None,
    "SocialDocumentNumbered": None,
    "JudicialDocumentNumbered": None,
    "NoteWritten": None,
    "NoteRead": None,
    "InterviewRecorded": None,
    "SocialInterviewRecorded": None,
    "EvaluationRequested": {"team": "integrated-planning-unit", "requested_on": "2013-02-18"},
    "ContributionSubmitted": None,
    "HealthContributionSubmitted": None,
    "SocialContributionSubmitted": None,
    "SessionConvened": None,
    "InvitationSent": None,
    "EvaluationCompleted": {
        "team": "integrated-planning-unit",
        "completed_on": "2013-03-05",
        "path_type": "traineeship",
        "overridden": True,
    },
    "ProjectAgreed": {"agreed_on": "2013-03-11", "path_type": "traineeship"},
    "ProjectSigned": None,
    "ProjectRefused": None,
    "ReviewSet": None,
    "ProjectReviewed": None,
    "ReviewOverdue": None,
    "PlacementProposed": {"path_type": "work-grant"},
    "PlacementStarted": {"path_type": "work-grant", "started_on": "2013-04-02"},
    "PlacementEnded": {"path_type": "work-grant", "ended_on": "2013-09-30", "reason": "hired"},
    "HostPlacementOpened": None,
    "HostPlacementClosed": None,
    "ApprovalGiven": None,
    "ApprovalRefused": None,
    "PlacementAgreed": None,
    "PlacementWithdrawn": None,
    "HostPlacementStarted": None,
    "HostApprovalGiven": None,
    "HostApprovalRefused": None,
}
PUBLISHED = {event.__name__: event for event in EVENTS.values() if not issubclass(event, Fact)}
FACTS = {event.__name__: event for event in EVENTS.values() if issubclass(event, Fact)}


def full(event: type[Event]) -> Event:
    return event.from_payload(json.loads((GOLDEN / event.wire_type / "full.json").read_text("utf-8")))


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield str(value)


def test_it_is_decided_for_every_event_whether_it_gives_a_fact() -> None:
    assert set(TOLD) == set(PUBLISHED)
    assert {name for name, told in TOLD.items() if told} == {
        name for name, event in PUBLISHED.items() if issubclass(event, Counted)
    }


@pytest.mark.parametrize("name", TOLD)
def test_a_fact_tells_this_and_no_more(name: str) -> None:
    fact = fact_of(full(PUBLISHED[name]), REPORTING_ID)
    told = TOLD[name]
    assert (fact and fact.payload()) == (told and {"reporting_id": REPORTING_ID} | told)


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told])
def test_a_fact_belongs_to_the_event_it_is_derived_from(name: str) -> None:
    event = PUBLISHED[name]
    fact = type(fact_of(full(event), REPORTING_ID))
    assert fact.__name__ == f"{name}Fact"
    assert issubclass(fact, Fact)
    assert fact.scope == event.scope
    assert fact.wire_type == re.sub(r"(\.v[0-9]+)$", r"-fact\1", event.wire_type)


def test_every_fact_class_is_derived_from_some_event() -> None:
    assert set(FACTS) == {f"{name}Fact" for name, told in TOLD.items() if told}


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told])
def test_the_same_event_always_gives_the_same_fact(name: str) -> None:
    event = full(PUBLISHED[name])
    assert fact_of(event, REPORTING_ID) == fact_of(event, REPORTING_ID)
    assert fact_of(event, REPORTING_ID) is not None


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told])
def test_no_fact_carries_an_identifier_of_its_event(name: str) -> None:
    """INVARIANT: from a fact and the event nothing can be joined but reporting ids. Broken by copying an
    id, a name, a tax code, an operator or a free text into a fact.
    """
    event = full(PUBLISHED[name])
    fact = fact_of(event, REPORTING_ID)
    assert fact is not None
    allowed = {str(value) for value in (TOLD[name] or {}).values()}
    carried = set(leaves(fact.payload())) - {REPORTING_ID}
    hidden = set(leaves(event.payload())) - allowed
    assert hidden, "an event of which a fact tells everything would show nothing here"
    assert not carried & hidden


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_has_no_field_that_could_hold_an_identifier(name: str) -> None:
    """INVARIANT: a fact's fields are days, codes, yes or no, and names of members. Broken by a field of free
    text, of a person's name, of an operator, or of a UUID.
    """
    harmless = {f"^{MEMBER_PATTERN}$", f"^{CODE_PATTERN}$", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    for field, schema in writer_schema(FACTS[name])["properties"].items():
        if schema["type"] == "boolean":
            continue
        assert field in ("reporting_id", "replaced") or "enum" in schema or schema.get("pattern") in harmless
        assert schema["type"] == "string"


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_gives_no_fact(name: str) -> None:
    assert fact_of(full(FACTS[name]), REPORTING_ID) is None
