"""Replays of proposals as JSON: each session as its id, where it came to, and the node where it stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome


def replay_to_json(replay: ProposalReplay) -> dict[str, Any]:
    return {
        "version": replay.version,
        "others": _to_json(replay.others),
        "evidence": _to_json(replay.evidence),
        "flow_version": replay.flow_version,
        "before": _to_json(replay.before),
    }


def replay_from_json(stored: Mapping[str, Any]) -> ProposalReplay:
    return ProposalReplay(
        version=stored["version"],
        others=_from_json(stored["others"]),
        evidence=_from_json(stored["evidence"]),
        flow_version=stored["flow_version"],
        before=_from_json(stored["before"]),
    )


def _to_json(replayed: Sequence[ReplayedSession]) -> list[list[Any]]:
    return [[each.session_id, each.outcome, each.ended_at] for each in replayed]


def _from_json(stored: Sequence[Sequence[Any]]) -> tuple[ReplayedSession, ...]:
    return tuple(
        ReplayedSession(session_id, ReplayOutcome(outcome), ended_at)
        for session_id, outcome, ended_at in stored
    )
