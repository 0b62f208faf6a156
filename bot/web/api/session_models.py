"""Sessions on the wire. What a record may hold is checked by the domain; here it is described."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from bot.domain.record_fields import MAX_CHARACTERS, MAX_PEOPLE, MAX_STEP_OPTIONS, OWN_PREFIX, RATINGS
from bot.domain.sessions import (
    MAX_STEPS,
    AnalysisOutcome,
    AnalysisStatus,
    ConfidenceTier,
    ProblemDomain,
    SessionSource,
    SessionStatus,
    StepKind,
)
from bot.web.api.models import Strict, UtcTime

Schema = dict[str, Any]
_STORABLE = r"^[^\u0000]*$"
_WORDS = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


def _text(name: str) -> StringConstraints:
    return StringConstraints(max_length=MAX_CHARACTERS[name], pattern=_STORABLE)


def _words(name: str) -> StringConstraints:
    return StringConstraints(max_length=MAX_CHARACTERS[name], pattern=_WORDS)


def own_fields(schema: Schema) -> None:
    """Fields that begin with our prefix are allowed, and ignored."""
    schema["patternProperties"] = {f"^{OWN_PREFIX}": {}}


class RecordStep(Strict):
    """With `answer_text` and no `choice` the engineer left the options; with neither the step was skipped."""

    model_config = ConfigDict(json_schema_extra=own_fields)

    kind: StepKind
    prompt: Annotated[str, _words("prompt")]
    options: Annotated[tuple[Annotated[str, _words("options")], ...], Field(max_length=MAX_STEP_OPTIONS)] = ()
    choice: Annotated[str, _text("choice")] | None = None
    answer_text: Annotated[str, _text("answer_text")] | None = None
    help: Annotated[str, _text("help")] | None = None
    at: UtcTime | None = None


class SessionRecord(Strict):
    """A session as it is sent. Times carry an offset; fields of your own begin with x_."""

    model_config = ConfigDict(json_schema_extra=own_fields)

    external_id: Annotated[str, _words("external_id")]
    problem: Annotated[str, _words("problem")]
    problem_domain: str | None = None
    status: SessionStatus
    engineer: Annotated[str, _text("engineer")] | None = None
    people: Annotated[tuple[Annotated[str, _text("people")], ...], Field(max_length=MAX_PEOPLE)] = ()
    ticket: Annotated[str, _text("ticket")] | None = None
    rating: Annotated[int, Field(ge=RATINGS[0], le=RATINGS[-1])] | None = None
    confidence_tier: ConfidenceTier | None = None
    created_at: UtcTime
    resolved_at: UtcTime | None = None
    paused_minutes: Annotated[float, Field(ge=0)] = 0
    steps: Annotated[tuple[RecordStep, ...], Field(max_length=MAX_STEPS)] = ()
    resolution: Annotated[str, _text("resolution")] | None = None


class Step(Strict):
    kind: StepKind
    prompt: str
    options: tuple[str, ...] = ()
    choice: str | None = None
    answer_text: str | None = None
    help: str | None = None
    at: UtcTime | None = None


class Thread(Strict):
    """Where in Slack it was worked."""

    channel: str | None
    ts: str


class Analysis(Strict):
    """What was learnt: the proposal that it is behind, the flow that it reinforced or that came of it."""

    status: AnalysisStatus
    outcome: AnalysisOutcome | None
    reason: str | None
    proposal_id: int | None
    flow_id: int | None


class Session(Strict):
    """A session as it is stored."""

    id: int
    source: SessionSource
    external_id: str
    problem: str
    problem_domain: ProblemDomain | None = None
    status: SessionStatus
    engineer: str | None = None
    people: tuple[str, ...] = ()
    ticket: str | None = None
    rating: int | None = None
    confidence_tier: ConfidenceTier | None = None
    created_at: UtcTime
    resolved_at: UtcTime | None = None
    paused_minutes: float
    steps: tuple[Step, ...]
    resolution: str | None = None
    thread: Thread | None
    analysis: Analysis
