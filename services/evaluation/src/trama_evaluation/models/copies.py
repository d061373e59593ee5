"""What is kept of others' events, never edited: each row depends on the events alone. No I/O here."""

from datetime import date
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class RequestCopy(SQLModel, table=True):
    """An evaluation to which this member was asked to contribute, by the member that leads it."""

    __tablename__ = "evaluation_request_copy"

    lead: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str
    team: str
    question: str
    requested_on: date
    contributions_by: date


class ContributionCopy(SQLModel, table=True):
    """What a member contributed to an evaluation led here, or this member to any: the last it said."""

    __tablename__ = "contribution_copy"
    __table_args__ = ({"info": {"contended": True}},)

    contributor: str = Field(primary_key=True)
    lead: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str = Field(primary_key=True)
    contribution: str
    discipline: str
    ratings: dict[str, int] = Field(sa_type=JSON)
    supports: list[str] = Field(sa_type=JSON)
    note: str | None = None
    submitted_on: date
    said_at: str
    """When its writer recorded it, as the wire writes instants: the later one counts."""


class HealthContributionCopy(SQLModel, table=True):
    """What of a contribution only health services may know, where our circle may see it."""

    __tablename__ = "health_contribution_copy"
    __table_args__ = ({"info": {"contended": True}},)

    contributor: str = Field(primary_key=True)
    lead: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str = Field(primary_key=True)
    ratings: dict[str, int] = Field(sa_type=JSON)
    stability: str
    diagnosis: str
    submitted_on: date
    said_at: str


class SocialContributionCopy(SQLModel, table=True):
    """What of a contribution only social services may know, where our circle may see it."""

    __tablename__ = "social_contribution_copy"
    __table_args__ = ({"info": {"contended": True}},)

    contributor: str = Field(primary_key=True)
    lead: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str = Field(primary_key=True)
    family: str | None = None
    housing: str | None = None
    economy: str | None = None
    submitted_on: date
    said_at: str


class CompletedCopy(SQLModel, table=True):
    """How an evaluation led by another member ended, of a person followed here."""

    __tablename__ = "evaluation_completed_copy"

    lead: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str
    completed_on: date
    path_type: str
    override_reason: str | None = None
    profile: list[dict[str, Any]] = Field(sa_type=JSON)
    supports: list[str] = Field(sa_type=JSON)


class ProjectCopy(SQLModel, table=True):
    """A project led by another member, of a person followed here."""

    __tablename__ = "project_copy"

    lead: str = Field(primary_key=True)
    project: str = Field(primary_key=True)
    record: str
    evaluation: str
    own_words: str
    goals: list[dict[str, Any]] = Field(sa_type=JSON)
    path_type: str | None = None
    agreed_on: date
    review_on: date
    signed_on: date | None = None
    refused_on: date | None = None


class InvitationCopy(SQLModel, table=True):
    """A session at which this member is to sit without following the person."""

    __tablename__ = "invitation_copy"

    lead: str = Field(primary_key=True)
    invitation: str = Field(primary_key=True)
    session: str
    team: str
    role: str
    held_on: date
    place: str
    given_name: str | None = None
    family_name: str
