"""Questions that are answered hours later: what was asked about, and whether the answer still fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.analysis import Candidate, CandidateRef
from bot.domain.trees import FlowTree

BATCH_SESSIONS = 100
"""More at once would be asked about knowledge that their own answers change."""
FEWEST_SESSIONS = 10
"""Fewer are asked about one by one, at once."""
HELD_FOR = timedelta(hours=25)
"""The service ends a batch after 24 hours. Sessions whose batch nobody collects are free again after this."""
UNSENT_FOR = timedelta(minutes=10)
"""A batch that has not got the service's id by then was cut off while it was sent."""


@dataclass(frozen=True, slots=True)
class AskedCandidate:
    """A candidate as it was when it was asked about; evidence alone does not change it."""

    ref: CandidateRef
    tree_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBatch:
    """A batch whose answers have not come. `remote_id` None: it is being sent, or was cut off."""

    id: int
    model: str
    remote_id: str | None
    submitted_at: datetime
    session_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """An answer that came, by whom, and about which candidates in their order."""

    analyst: str
    text: str
    asked: tuple[AskedCandidate, ...]


def asked_candidate(candidate: Candidate) -> AskedCandidate:
    return AskedCandidate(candidate.ref, _digest(candidate.draft.tree))


def unchanged(
    asked: Sequence[AskedCandidate], candidates: Sequence[Candidate]
) -> tuple[Candidate | None, ...]:
    """For each candidate that was asked about itself, or None when it is gone or has another tree by now."""
    now = {asked_candidate(candidate): candidate for candidate in candidates}
    return tuple(now.get(each) for each in asked)


def _digest(tree: FlowTree) -> str:
    nodes = sorted((node_id, node.kind, node.text, node.options) for node_id, node in tree.nodes.items())
    return sha256(repr((tree.root, nodes)).encode()).hexdigest()
