"""The session record: how a session is written outside of FlowPilot, in files and in the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.record_fields import RecordFields, minutes_of, shown
from bot.domain.sessions import (
    MAX_STEPS,
    ConfidenceTier,
    NewSession,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)

SESSION_FIELDS = (
    "external_id",
    "problem",
    "problem_domain",
    "status",
    "engineer",
    "people",
    "ticket",
    "rating",
    "confidence_tier",
    "created_at",
    "resolved_at",
    "paused_minutes",
    "steps",
    "resolution",
)
STEP_FIELDS = ("kind", "prompt", "options", "choice", "answer_text", "help", "at")


def parse_record(record: Mapping[str, object], *, source: SessionSource, now: datetime) -> NewSession:
    """The session that a record describes, its times in UTC.

    Raises:
        InvalidRecordError: for the first field that is wrong, with its path, such as `steps[2].prompt`.
    """
    fields = RecordFields(record, now=now)
    fields.refuse_unknown(SESSION_FIELDS)
    created_at = fields.required_time("created_at")
    resolved_at = fields.time("resolved_at")
    if resolved_at is not None and resolved_at < created_at:
        fields.refuse("resolved_at", f"must not lie before created_at ({created_at.isoformat()})")
    return NewSession(
        external_id=fields.required_text("external_id"),
        source=source,
        problem=fields.required_text("problem"),
        problem_domain=fields.problem_domain(),
        status=fields.required_word("status", SessionStatus),
        engineer=fields.text("engineer"),
        people=fields.people(),
        ticket=fields.text("ticket"),
        rating=fields.rating(),
        confidence_tier=fields.word("confidence_tier", ConfidenceTier),
        created_at=created_at,
        resolved_at=resolved_at,
        paused=fields.paused(at_most=max((resolved_at or now) - created_at, timedelta(0))),
        steps=_steps(fields, now=now),
        resolution=fields.text("resolution"),
    )


def to_record(session: NewSession) -> dict[str, object]:
    """The record of a session, ready for JSON; what is absent is left out. `parse_record` reads it back."""
    record: dict[str, object | None] = {
        "external_id": session.external_id,
        "problem": session.problem,
        "problem_domain": session.problem_domain,
        "status": session.status,
        "engineer": session.engineer,
        "people": list(session.people) or None,
        "ticket": session.ticket,
        "rating": session.rating,
        "confidence_tier": session.confidence_tier,
        "created_at": _iso(session.created_at),
        "resolved_at": _iso(session.resolved_at),
        "paused_minutes": minutes_of(session.paused),
        "steps": [_step_record(step) for step in session.steps],
        "resolution": session.resolution,
    }
    return {name: _plain(value) for name, value in record.items() if value is not None}


def _steps(fields: RecordFields, *, now: datetime) -> tuple[Step, ...]:
    steps = []
    for place, value in enumerate(fields.items("steps", MAX_STEPS)):
        if not isinstance(value, Mapping):
            fields.refuse(f"steps[{place}]", f"must be an object, not {shown(value)}")
        steps.append(_step(RecordFields(value, now=now, path=f"steps[{place}].")))
    return tuple(steps)


def _step(fields: RecordFields) -> Step:
    fields.refuse_unknown(STEP_FIELDS)
    options, choice = fields.options(), fields.text("choice")
    if choice is not None and options and choice not in options:
        fields.refuse("choice", f"{shown(choice)} is none of the options; typed answers go into answer_text")
    return Step(
        kind=fields.required_word("kind", StepKind),
        prompt=fields.required_text("prompt"),
        options=options,
        choice=choice,
        answer_text=fields.text("answer_text"),
        help=fields.text("help"),
        at=fields.time("at"),
    )


def _step_record(step: Step) -> dict[str, object]:
    record: dict[str, object | None] = {
        "kind": step.kind.value,
        "prompt": step.prompt,
        "options": list(step.options) or None,
        "choice": step.choice,
        "answer_text": step.answer_text,
        "help": step.help,
        "at": _iso(step.at),
    }
    return {name: value for name, value in record.items() if value is not None}


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
