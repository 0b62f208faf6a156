"""What goes over the wire has a model: the description of the API is written from these, and answers pass through them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcTime = Annotated[
    AwareDatetime,
    PlainSerializer(_in_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""ISO 8601 in UTC, such as 2026-11-02T09:14:00Z."""

Absent = SkipJsonSchema[None]
"""Of a query: left out, never null."""


class Strict(BaseModel):
    """Refuses what it does not know: a misspelt field is an error and not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorFacts(BaseModel):
    """`field` names what is wrong in a request; `version` and `status` are the proposal's present ones in a conflict."""

    model_config = ConfigDict(extra="allow")

    code: str
    message: str


class Error(Strict):
    error: ErrorFacts
