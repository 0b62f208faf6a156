"""What is told to people: the facts behind each message, before anyone words or draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.flags import OpenFlag
from bot.domain.flows import FlowDraft, FlowMention
from bot.domain.members import Member
from bot.domain.merging import TreeChange, compare
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.replay import ProposalReplay
from bot.domain.sessions import Session
from bot.domain.trees import FlowTree


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the takeaway as alternative text."""

    png: bytes
    alt: str
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to be sent to somebody."""

    content: bytes
    filename: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked a question, in which channel, and the address for an answer to that person alone."""

    user: str
    channel: str
    response_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCard:
    """`flow` is the published flow that the proposal would change (with its present version).

    `before` is its tree, `absorbs` are the flows that are joined to it. `merged_into` is the title of what the proposal
    became part of. `edited` is what a reviewer published instead of what was proposed. `sources` are the newest sessions behind the proposal, newest first. `author` is the name of who made
    it by hand.
    """

    proposal: Proposal
    sources: tuple[Session, ...] = ()
    flow: FlowMention | None = None
    before: FlowTree | None = None
    absorbs: tuple[FlowMention, ...] = ()
    published: FlowMention | None = None
    merged_into: str | None = None
    edited: FlowDraft | None = None
    author: str | None = None
    reviewers: tuple[Member, ...] = ()

    @property
    def is_superseded(self) -> bool:
        """Whether it expired because its flow is not what it would change any more: reopening it leads nowhere."""
        expired = self.proposal.status is ProposalStatus.EXPIRED
        return expired and self.flow is not None and self.flow.version != self.proposal.base_version

    @property
    def draft(self) -> FlowDraft:
        """What was published in the end; until then, and where nothing was edited, what was proposed."""
        return self.edited or self.proposal.draft

    @property
    def change(self) -> TreeChange | None:
        """What the proposal does to the published flow, or did."""
        return compare(self.before, self.draft.tree) if self.before else None

    @property
    def replay(self) -> ProposalReplay | None:
        """What replaying the tree of `draft` showed; None of a tree that a reviewer edited."""
        is_edited = not compare(self.proposal.draft.tree, self.draft.tree).is_nothing
        return None if is_edited else self.proposal.replay


@dataclass(frozen=True, slots=True)
class SimilarFlow:
    """A published flow that the problems behind a proposal may be of; `score` is how well it fits, 0 to 1."""

    flow: FlowMention
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDetails:
    """The card's facts and the newest sessions behind the proposal, newest first.

    `failed` are sessions that its tree does not lead to their fix, first those that the published flow does. `similar`
    are the flows that fit best, `flags` what is to be mended in the flow that it would change.
    """

    card: ProposalCard
    evidence: tuple[Session, ...] = ()
    failed: tuple[Session, ...] = ()
    similar: tuple[SimilarFlow, ...] = ()
    flags: tuple[OpenFlag, ...] = ()
    seen_by: Member | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """One step of a proposal, by its number from 1, and the newest sessions that it was learnt from."""

    proposal: Proposal
    node_id: str
    number: int
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """A session behind a proposal, without secrets; `engineer` is the name of a member who worked it."""

    proposal: Proposal
    session: Session
    engineer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """Who did what (an action of the audit) and when; `by` is a member's id, None for the program itself."""

    action: str
    by: str | None
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalHistory:
    """What happened to a proposal, newest first, and the names of those who did it, by id, as far as they are known."""

    proposal: Proposal
    events: tuple[PastEvent, ...]
    names: Mapping[str, str] = field(default_factory=dict)
