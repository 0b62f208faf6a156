"""Lists of proposals: which ones, and how many of each sort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.digests import QueueState
from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.record_fields import UNKNOWN_DOMAIN
from bot.domain.sessions import ProblemDomain

TAKEN = (ProposalStatus.APPROVED, ProposalStatus.MODIFIED)
NOT_TAKEN = (ProposalStatus.DISMISSED, ProposalStatus.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilter:
    """None lets all through. The domain `unknown` is that of proposals without one."""

    status: ProposalStatus | None = None
    kind: ProposalKind | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCount:
    status: ProposalStatus
    kind: ProposalKind
    domain: ProblemDomain | None
    number: int


def counts_document(counts: Sequence[ProposalCount], queue: QueueState) -> dict[str, object]:
    """Every status and kind has its number, 0 too; kinds and domains are those of the proposals that wait.

    `approval_rate` is that of all that people decided on, None before the first decision.
    """
    by_status, kinds, domains = Counter[str](), Counter[str](), Counter[str]()
    for count in counts:
        by_status[count.status] += count.number
        if count.status is ProposalStatus.PENDING:
            kinds[count.kind] += count.number
            domains[count.domain or UNKNOWN_DOMAIN] += count.number
    taken = sum(by_status[status] for status in TAKEN)
    decided = taken + sum(by_status[status] for status in NOT_TAKEN)
    return {
        "total": by_status.total(),
        "by_status": {status.value: by_status[status] for status in ProposalStatus},
        "pending_by_kind": {kind.value: kinds[kind] for kind in ProposalKind},
        "pending_by_domain": dict(sorted(domains.items())),
        "oldest_pending_at": queue.oldest_at.isoformat() if queue.oldest_at else None,
        "approval_rate": taken / decided if decided else None,
    }
