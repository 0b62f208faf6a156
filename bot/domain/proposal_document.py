"""A proposal as a JSON document, for the command line and the JSON API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.formats import tree_document
from bot.domain.proposals import Proposal
from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome, led_to


def proposal_document(proposal: Proposal) -> dict[str, object]:
    """Everything but the tree. Times are ISO 8601."""
    return {
        "id": proposal.id,
        "kind": proposal.kind.value,
        "status": proposal.status.value,
        "version": proposal.version,
        "title": proposal.draft.title,
        "summary": proposal.draft.summary,
        "problem_domain": proposal.draft.problem_domain,
        "keywords": list(proposal.draft.keywords),
        "steps": len(proposal.draft.tree.nodes),
        "sessions": proposal.support.sessions,
        "engineers": proposal.support.engineers,
        "redacted_sessions": proposal.support.redacted,
        "redactions": dict(proposal.support.redactions),
        "confidence": round(proposal.confidence, 3),
        "replay": _replay_document(proposal.replay) if proposal.replay else None,
        "flow_id": proposal.flow_id,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "reason": proposal.reason,
        "reason_code": proposal.reason_code,
        "created_at": proposal.created_at.isoformat(),
    }


def detailed_document(proposal: Proposal, external_ids: Mapping[int, str]) -> dict[str, object]:
    """With the tree, the sessions behind it, and what became of it; `external_ids` name the sessions of the tree."""
    return proposal_document(proposal) | {
        "updated_at": proposal.updated_at.isoformat(),
        "analyst": proposal.analyst,
        "base_version": proposal.base_version,
        "absorbs": list(proposal.absorbs),
        "merged_into": proposal.merged_into,
        "published_flow_id": proposal.published_flow_id,
        "published_version": proposal.published_version,
        "session_ids": list(proposal.support.session_ids),
        "tree": tree_document(proposal.draft.tree, external_ids),
    }


def _replay_document(replay: ProposalReplay) -> dict[str, object]:
    """`before` is what the published flow does with all of these sessions."""
    return {
        "version": replay.version,
        "others": _walks_document(replay.others),
        "evidence": _walks_document(replay.evidence),
        "flow_version": replay.flow_version,
        "before": _walks_document(replay.before) if replay.flow_version else None,
        "worse": replay.is_worse,
        "astray": [each.session_id for each in replay.astray],
    }


def _walks_document(replayed: Sequence[ReplayedSession]) -> dict[str, list[int]]:
    """The ids of the sessions, by where they came to."""
    outcomes = (ReplayOutcome.REACHED_FIX, ReplayOutcome.DEAD_END, ReplayOutcome.WRONG_TURN)
    return {outcome.value: list(led_to(outcome, replayed)) for outcome in outcomes}
