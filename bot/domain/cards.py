"""What is told to people: the facts behind each message, before anyone words or draws them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.flows import FlowMention
from bot.domain.members import Member
from bot.domain.merging import TreeChange, compare
from bot.domain.proposals import Proposal
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
    became part of. `sources` are the newest sessions behind the proposal, newest first.
    """

    proposal: Proposal
    sources: tuple[Session, ...] = ()
    flow: FlowMention | None = None
    before: FlowTree | None = None
    absorbs: tuple[FlowMention, ...] = ()
    published: FlowMention | None = None
    merged_into: str | None = None
    reviewers: tuple[Member, ...] = ()

    @property
    def change(self) -> TreeChange | None:
        """What the proposal does to the published flow."""
        return compare(self.before, self.proposal.draft.tree) if self.before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDetails:
    """The card's facts and the sessions behind the proposal, newest first.

    `failed` are sessions that its tree does not lead to their fix, first those that the published flow does.
    """

    card: ProposalCard
    evidence: tuple[Session, ...] = ()
    failed: tuple[Session, ...] = ()
