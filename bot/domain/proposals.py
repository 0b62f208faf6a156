"""A proposal: a draft tree with its evidence, and the rules of deciding on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import (
    AlreadyDecidedError,
    InvalidTreeError,
    NotApprovableError,
    NotAuthorError,
    ReasonMissingError,
    StaleVersionError,
    WrongStatusError,
)
from bot.domain.flows import FlowDraft
from bot.domain.members import Member, require_admin
from bot.domain.reasons import DISMISS_CODES, REJECT_CODES, ReasonCode
from bot.domain.redactions import Redactions
from bot.domain.replay import ProposalReplay
from bot.domain.validation import problems_of

MAX_REASON = 1000


class ProposalKind(StrEnum):
    NEW_FLOW = "new_flow"
    ENHANCEMENT = "enhancement"
    BRANCH_ADDITION = "branch_addition"


class ProposalStatus(StrEnum):
    """`forming` is a proposal that waits for company or for tomorrow's quota: nobody is asked about it yet.

    `merged` is one that turned out to be about the same problem as another or as a flow, and became part of it;
    `withdrawn` one that its author took back.
    """

    FORMING = "forming"
    PENDING = "pending"
    APPROVED = "approved"
    MODIFIED = "modified"
    DISMISSED = "dismissed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


REOPENABLE = frozenset({ProposalStatus.DISMISSED, ProposalStatus.REJECTED, ProposalStatus.EXPIRED})
REPEATABLE = frozenset({ProposalStatus.EXPIRED, ProposalStatus.WITHDRAWN})
"""In one of these statuses the author of a proposal by hand may propose it again."""
GROWING = frozenset({ProposalStatus.FORMING, ProposalStatus.PENDING, ProposalStatus.DISMISSED})
"""A later session that fits may join a proposal in one of these statuses."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What stands behind a proposal: its sessions (newest last), how many engineers worked them, how many were imported.

    `redactions` is what was taken out of `redacted` of the sessions before anything was learnt from them.
    """

    session_ids: tuple[int, ...] = ()
    engineers: int = 0
    imported: int = 0
    redacted: int = 0
    redactions: Redactions = field(default_factory=dict)

    @property
    def sessions(self) -> int:
        return len(self.session_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`version` grows with every change; a decision names the version that the person saw.

    `flow_id` and `base_version` are set for a change to a published flow. `confidence` says how sure the
    analyst is, 0 to 1: of a new flow, that no known one covers it; of a change, that it belongs to its flow.
    `proposed_by` is the member who made it by hand; None for what was learnt from sessions.
    `absorbs` are the flows that are about the same problem: publishing the change archives them. `merged_into` is the
    proposal that this one became part of; one that became part of a flow has that as its `published_flow_id`.
    `last_replay` may be of an earlier version: see `replay`.
    """

    id: int
    kind: ProposalKind
    status: ProposalStatus
    version: int
    draft: FlowDraft
    support: Support
    confidence: float
    analyst: str
    created_at: datetime
    updated_at: datetime
    pending_since: datetime | None = None
    flow_id: int | None = None
    base_version: int | None = None
    proposed_by: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    reason_code: ReasonCode | None = None
    published_flow_id: int | None = None
    published_version: int | None = None
    card: MessageRef | None = None
    absorbs: tuple[int, ...] = ()
    merged_into: int | None = None
    last_replay: ProposalReplay | None = None

    @property
    def speaks_for(self) -> tuple[int, ...]:
        """The flows that it is about: the one that it changes, and those that it absorbs."""
        return ((self.flow_id,) if self.flow_id else ()) + self.absorbs

    @property
    def replay(self) -> ProposalReplay | None:
        """What replaying its tree showed; None while a version waits that was not replayed yet.

        The version that a decision makes has the same tree.
        """
        waits = self.status in (ProposalStatus.FORMING, ProposalStatus.PENDING)
        is_old = self.last_replay is not None and self.last_replay.version != self.version
        return None if waits and is_old else self.last_replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    by: Member
    seen_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Edit & Publish: the draft as the reviewer left it."""

    by: Member
    seen_version: int
    draft: FlowDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """The reason may follow later: see `Explain`."""

    by: Member
    seen_version: int
    reason: str = ""
    code: ReasonCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """`reason` is text of the reviewer's own, required when the code says nothing by itself."""

    by: Member
    seen_version: int
    reason: str = ""
    code: ReasonCode = ReasonCode.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """Say afterwards why a proposal was dismissed: parking takes one click, and nobody is asked on the way."""

    by: Member
    seen_version: int
    reason: str = ""
    code: ReasonCode = ReasonCode.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    by: Member
    seen_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The author takes a proposal by hand back, whatever it has grown to."""

    by: Member


Request = Approve | Publish | Dismiss | Reject | Explain | Reopen | Withdraw


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A change of status, to be carried out only while the proposal is still `was` at `seen_version`.

    With `publish` the draft becomes a flow version in the same transaction.
    """

    proposal_id: int
    was: ProposalStatus
    seen_version: int
    status: ProposalStatus
    by: str | None
    at: datetime
    reason: str | None = None
    reason_code: ReasonCode | None = None
    publish: FlowDraft | None = None


def decide(proposal: Proposal, request: Request, *, now: datetime) -> Decision:
    """What the request does to the proposal. Writes nothing.

    Raises:
        NotAllowedError: the member is no admin.
        NotAuthorError: withdrawal of what somebody else, or nobody, made by hand.
        AlreadyDecidedError: the proposal is decided, and the request was not to reopen it.
        StaleVersionError: the member saw another version.
        NotApprovableError: approval of a change to a published flow.
        ReasonMissingError: rejection without a reason, or with one that says nothing.
        InvalidTreeError: the tree to publish breaks the rules.
    """
    if isinstance(request, Explain):
        return _explained(proposal, request, now=now)
    if isinstance(request, Reopen):
        _require_reopenable(proposal, request)
    elif isinstance(request, Withdraw):
        _require_withdrawable(proposal, request)
    else:
        require_decidable(proposal, request.by, request.seen_version)
    status, reason, publish = _effect(proposal, request)
    if publish is not None and (problems := problems_of(publish.tree)):
        raise InvalidTreeError(problems)
    return Decision(
        proposal_id=proposal.id,
        was=proposal.status,
        seen_version=proposal.version,
        status=status,
        by=None if isinstance(request, Reopen) else request.by.id,
        at=now,
        reason=reason,
        reason_code=_code(request),
        publish=publish,
    )


def _explained(proposal: Proposal, request: Explain, *, now: datetime) -> Decision:
    """The decision that was taken, with its reason; who took it, and when, stays."""
    require_explainable(proposal, request.by, request.seen_version)
    return Decision(
        proposal_id=proposal.id,
        was=proposal.status,
        seen_version=request.seen_version,
        status=proposal.status,
        by=proposal.decided_by,
        at=proposal.decided_at or now,
        reason=_reason(request.code, request.reason, DISMISS_CODES),
        reason_code=request.code,
    )


def require_explainable(proposal: Proposal, by: Member, seen_version: int) -> None:
    """Whether this person may say now why the proposal was dismissed.

    Raises:
        NotAllowedError, WrongStatusError, StaleVersionError: as `decide`.
    """
    require_admin(by)
    if proposal.status is not ProposalStatus.DISMISSED:
        raise WrongStatusError(proposal.id, proposal.status, "only a dismissed one takes a reason afterwards")
    _require_current(proposal, seen_version)


def _code(request: Request) -> ReasonCode | None:
    match request:
        case Reject(code=code):
            return code
        case Dismiss(reason=text, code=code):
            return code or (ReasonCode.OTHER if text.strip() else None)
        case _:
            return None


def _reason(code: ReasonCode, text: str, allowed: tuple[ReasonCode, ...]) -> str | None:
    """The text as it is kept. Raises ReasonMissingError when there is none and the code needs it."""
    if code not in allowed or (code is ReasonCode.OTHER and not text.strip()):
        raise ReasonMissingError
    return text.strip()[:MAX_REASON] or None


def require_decidable(proposal: Proposal, by: Member, seen_version: int) -> None:
    """Whether this person may decide now on what they saw: asked before a form is opened, and again by `decide`.

    Raises:
        NotAllowedError, WrongStatusError, AlreadyDecidedError, StaleVersionError: as `decide`.
    """
    require_admin(by)
    _require_pending(proposal)
    _require_current(proposal, seen_version)


def _require_pending(proposal: Proposal) -> None:
    if proposal.status is ProposalStatus.FORMING:
        raise WrongStatusError(
            proposal.id, proposal.status, "it waits for more sessions before anyone decides"
        )
    if proposal.status is not ProposalStatus.PENDING:
        raise AlreadyDecidedError(proposal.id, proposal.status, proposal.decided_by, proposal.decided_at)


def _require_withdrawable(proposal: Proposal, request: Withdraw) -> None:
    if proposal.proposed_by != request.by.id:
        raise NotAuthorError(proposal.id)
    _require_pending(proposal)


def _require_reopenable(proposal: Proposal, request: Reopen) -> None:
    require_admin(request.by)
    if proposal.status not in REOPENABLE:
        raise WrongStatusError(
            proposal.id, proposal.status, "only dismissed, rejected and expired ones can be reopened"
        )
    _require_current(proposal, request.seen_version)


def _require_current(proposal: Proposal, seen_version: int) -> None:
    if seen_version != proposal.version:
        raise StaleVersionError(proposal.id, seen_version, proposal.version)


def _effect(
    proposal: Proposal, request: Approve | Publish | Dismiss | Reject | Reopen | Withdraw
) -> tuple[ProposalStatus, str | None, FlowDraft | None]:
    match request:
        case Approve():
            if proposal.kind is not ProposalKind.NEW_FLOW:
                raise NotApprovableError(proposal.id)
            return ProposalStatus.APPROVED, None, proposal.draft
        case Publish(draft=draft):
            return ProposalStatus.MODIFIED, None, draft
        case Dismiss(reason=text):
            code = _code(request)
            return ProposalStatus.DISMISSED, _reason(code, text, DISMISS_CODES) if code else None, None
        case Reject(reason=text, code=code):
            return ProposalStatus.REJECTED, _reason(code, text, REJECT_CODES), None
        case Reopen():
            return ProposalStatus.PENDING, None, None
        case Withdraw():
            return ProposalStatus.WITHDRAWN, None, None


def expires_before(now: datetime, lifetime_days: int) -> datetime:
    """Pending proposals untouched since before this moment expire."""
    return now - timedelta(days=lifetime_days)


def status_when_supported(
    status: ProposalStatus,
    *,
    sessions: int,
    imported: int,
    min_imported: int,
    quota_left: int,
    joins_flows: bool = False,
) -> ProposalStatus:
    """The status of a proposal that `sessions` sessions support, `imported` of them imported.

    One session worked here is enough; of imported ones it takes `min_imported`; joining published flows needs no new
    ones. A dismissed proposal wakes. A forming one is shown when it has company enough and today's quota is not used
    up.
    """
    if status is ProposalStatus.DISMISSED:
        return ProposalStatus.PENDING
    if status is not ProposalStatus.FORMING:
        return status
    has_company = joins_flows or sessions > imported or imported >= min_imported
    return ProposalStatus.PENDING if has_company and quota_left > 0 else ProposalStatus.FORMING
