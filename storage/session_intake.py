"""Taking sessions in: one statement for hundreds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.domain.sessions import AnalysisOutcome, AnalysisStatus, FlowPlace, NewSession, Step, StepKind
from storage.json_text import as_json

CHUNK = 1_000
"""Sessions in one statement: enough to make its overhead small, few enough to fit into memory."""

# Adds the sessions that are not there yet; answers how many those are.
ADD_SESSIONS = text(
    """
    WITH added AS (
        INSERT INTO sessions (
            workspace_id, external_id, source, problem, problem_domain, status, engineer, people, ticket, rating,
            confidence_tier, resolution, created_at, resolved_at, paused_seconds, steps,
            analysis_status, analysis_outcome, received_at
        )
        SELECT
            CAST(:workspace AS text), external_id, source, problem, problem_domain, status, engineer, people,
            ticket, rating, confidence_tier, resolution, created_at, resolved_at, paused_seconds, steps,
            analysis_status, analysis_outcome, CAST(:now AS timestamptz)
        FROM json_to_recordset(CAST(:records AS json)) AS record (
            external_id text, source text, problem text, problem_domain text, status text, engineer text,
            people jsonb, ticket text, rating smallint, confidence_tier text, resolution text, created_at timestamptz,
            resolved_at timestamptz, paused_seconds double precision, steps jsonb,
            analysis_status text, analysis_outcome text
        )
        ON CONFLICT ON CONSTRAINT uq_sessions_external_id DO NOTHING
        RETURNING id
    )
    SELECT count(*) FROM added
    """
)


def intake_parameters(workspace_id: str, chunk: Sequence[NewSession], now: datetime) -> dict[str, Any]:
    records = as_json([_record(session) for session in chunk])
    return {"workspace": workspace_id, "records": records, "now": now}


def _record(session: NewSession) -> dict[str, Any]:
    worth_it = session.is_worth_analysing
    return {
        **described(session),
        "rating": session.rating,
        "confidence_tier": session.confidence_tier,
        "resolution": session.resolution,
        "created_at": session.created_at.isoformat(),
        "resolved_at": session.resolved_at and session.resolved_at.isoformat(),
        "paused_seconds": session.paused.total_seconds(),
        "analysis_status": AnalysisStatus.PENDING if worth_it else AnalysisStatus.DONE,
        "analysis_outcome": None if worth_it else AnalysisOutcome.SKIPPED,
        "steps": [step_to_json(step) for step in session.steps],
    }


def described(session: NewSession) -> dict[str, Any]:
    """What a session is about, by columns; its steps and how it ended come besides."""
    return {
        "external_id": session.external_id,
        "source": session.source,
        "problem": session.problem,
        "problem_domain": session.problem_domain,
        "status": session.status,
        "engineer": session.engineer,
        "people": list(session.people),
        "ticket": session.ticket,
        "created_at": session.created_at,
    }


def step_to_json(step: Step) -> dict[str, Any]:
    """What only steps have that were worked in Slack is left out of the others."""
    place = step.place and [step.place.flow_id, step.place.version, step.place.node]
    in_slack = {"by": step.by, "place": place, "turn": step.turn, "beside": step.is_beside or None}
    return {
        "kind": step.kind,
        "prompt": step.prompt,
        "options": step.options,
        "choice": step.choice,
        "answer_text": step.answer_text,
        "help": step.help,
        "at": step.at and step.at.isoformat(),
        **{name: value for name, value in in_slack.items() if value is not None},
    }


def step_from_json(stored: Mapping[str, Any]) -> Step:
    place = stored.get("place")
    return Step(
        kind=StepKind(stored["kind"]),
        prompt=stored["prompt"],
        options=tuple(stored["options"]),
        choice=stored["choice"],
        answer_text=stored["answer_text"],
        help=stored["help"],
        at=stored["at"] and datetime.fromisoformat(stored["at"]),
        by=stored.get("by"),
        place=place and FlowPlace(*place),
        turn=stored.get("turn"),
        is_beside=stored.get("beside", False),
    )
