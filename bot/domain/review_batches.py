"""Deciding on several proposals at once: which of them can be, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import FlowPilotError, NotAllowedError
from bot.domain.members import Member
from bot.domain.proposals import Approve, Dismiss, Proposal, Reopen, decide


class BatchVerb(StrEnum):
    APPROVE = "approve"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    """What takes a batch of dismissals back."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A proposal in the version that somebody selected."""

    id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One of the selected proposals; `refusal` says why it cannot be decided on like this."""

    pick: Pick
    title: str
    refusal: FlowPilotError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be done with several proposals, or, once it was tried, what was done."""

    verb: BatchVerb
    items: tuple[BatchItem, ...] = ()

    @property
    def accepted(self) -> tuple[BatchItem, ...]:
        return tuple(item for item in self.items if item.refusal is None)

    @property
    def refused(self) -> tuple[BatchItem, ...]:
        return tuple(item for item in self.items if item.refusal is not None)


_REQUESTS: Mapping[BatchVerb, type[Approve | Dismiss | Reopen]] = {
    BatchVerb.APPROVE: Approve,
    BatchVerb.DISMISS: Dismiss,
    BatchVerb.REOPEN: Reopen,
}


def request_of(verb: BatchVerb, by: Member, pick: Pick) -> Approve | Dismiss | Reopen:
    return _REQUESTS[verb](by=by, seen_version=pick.version)


def planned(
    verb: BatchVerb, selected: Sequence[tuple[Pick, Proposal]], by: Member, *, now: datetime
) -> Batch:
    """The batch as it would go now, by the rules of `decide`. Raises NotAllowedError."""
    items = []
    for pick, proposal in selected:
        refusal: FlowPilotError | None = None
        try:
            decide(proposal, request_of(verb, by, pick), now=now)
        except NotAllowedError:
            raise
        except FlowPilotError as error:
            refusal = error
        items.append(BatchItem(pick=pick, title=proposal.draft.title, refusal=refusal))
    return Batch(verb=verb, items=tuple(items))
