"""What is told to people: the facts behind each message, before anyone words or draws them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.digests import FlowMention, QueueState
from bot.domain.members import Member
from bot.domain.merging import TreeChange
from bot.domain.proposals import Proposal
from bot.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the takeaway as alternative text."""

    png: bytes
    alt: str
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked a question, in which channel, and the address for an answer to that person alone."""

    user: str
    channel: str
    response_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCard:
    """`flow` is the published flow that the proposal would change (with its present version).

    `change` is what the proposal does to it, `absorbs` are the flows that it joins to it. `merged_into` is the title of
    what the proposal became part of. `examples` are problems in the engineers' own words, newest first.
    """

    proposal: Proposal
    examples: tuple[str, ...] = ()
    flow: FlowMention | None = None
    absorbs: tuple[FlowMention, ...] = ()
    published: FlowMention | None = None
    merged_into: str | None = None
    change: TreeChange | None = None
    reviewers: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDetails:
    """The card's facts and the sessions behind the proposal, newest first."""

    card: ProposalCard
    evidence: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What the Home tab of one member shows."""

    member: Member
    queue: QueueState
    waiting: tuple[Proposal, ...]
    flows: int
    resolved_by_member: int
    reviewers: tuple[Member, ...] = ()
