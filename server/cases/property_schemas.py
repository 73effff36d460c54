"""Wire types of properties."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.cases.models import Clue, Party, Property
from server.common.day import Day

Document = Annotated[str, Field(max_length=40)]


class NewProperty(Schema):
    kind: Property.Kind
    name: Annotated[str, Field(min_length=1, max_length=200)]
    ref: Annotated[str, Field(max_length=100)] = ""
    source: Property.Source
    confirmed_on: Day | None = None


class NewDebtor(Schema):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Party.Kind = Party.Kind.PERSON
    id_no: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(max_length=300)] = ""
    joined_on: Day
    """His clocks count from then on."""


class DebtorId(Schema):
    id: UUID


class NewClue(Schema):
    source: Clue.Source
    text: Annotated[str, Field(min_length=1, max_length=500)]
    submitted_on: Day
    """When the court was given it; its verification is due from then on."""


class Verification(Schema):
    verified_on: Day


class VerificationView(Schema):
    chain: str
    state: str
    finished_on: date | None


class ClueView(Schema):
    id: UUID
    """Also the `chain` of its verification."""
    source: str
    text: str
    submitted_on: date


class PropertyId(Schema):
    id: UUID


class Valuation(Schema):
    method: Property.Valuation


class NewHold(Schema):
    started_on: Day
    document: Document = ""
    """The objection, by its number."""


class Lifting(Schema):
    ended_on: Day
    document: Document = ""
    """The ruling on it."""


class HoldView(Schema):
    id: UUID
    property_id: UUID
    started_on: date
    ended_on: date | None
    document: str


class PropertyView(Schema):
    id: UUID
    """Also the `chain` of its nodes."""
    kind: str
    name: str
    ref: str
    source: str
    valuation_method: str
    """Empty until somebody chose."""
    holds: list[HoldView]


class ChainView(Schema):
    chain: str
    """Empty for the case itself."""
    stage: str
