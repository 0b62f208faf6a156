"""Two bodies of knowledge that turned out to be about one problem: which of them stays, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import MAX_KEYWORDS, Flow, FlowDraft
from bot.domain.learning import kind_of
from bot.domain.merging import compare, renumbered
from bot.domain.proposals import Proposal, ProposalKind
from bot.domain.sessions import Session
from bot.domain.trees import FlowTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What the team knows of one problem: a published flow with the change that is proposed to it, or a new flow's proposal.

    `sessions` are those behind it, oldest first; `is_whole` says that these are all of them.
    """

    flow: Flow | None
    proposal: Proposal | None
    sessions: tuple[Session, ...]
    is_whole: bool = True

    @property
    def draft(self) -> FlowDraft:
        """What it says now, the proposed change included."""
        if self.proposal is not None:
            return self.proposal.draft
        if self.flow is None:
            raise ValueError("A body of knowledge has a flow or a proposal.")
        return self.flow.current.draft

    @property
    def candidate(self) -> Candidate:
        ref = (
            CandidateRef(CandidateKind.PROPOSAL, self.proposal.id)
            if self.proposal
            else CandidateRef(CandidateKind.FLOW, self.flow.id if self.flow else 0)
        )
        return Candidate(ref=ref, draft=self.draft, sessions=self.sessions)

    @property
    def absorbed(self) -> tuple[int, ...]:
        """The flows that its proposal takes in."""
        return self.proposal.absorbs if self.proposal else ()

    @property
    def can_be_learnt_anew(self) -> bool:
        """Whether its tree could be learnt from its sessions alone: people put no step in that no session shows, and none is gone."""
        steps = self.flow.tree.nodes.values() if self.flow else ()
        there = {session.id for session in self.sessions}
        return self.is_whole and all(any(e.session_id in there for e in node.evidence) for node in steps)

    @property
    def seniority(self) -> tuple[bool, int, int]:
        """The senior of two stays: a published flow before a proposal, then the one with more sessions, then the older."""
        number = self.flow.id if self.flow else self.proposal.id if self.proposal else 0
        return (self.flow is not None, len(self.sessions), -number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """`kept` takes `taken` in and becomes `draft`.

    `kind` is that of the proposal which says so; None: the flow that is kept says all of it already.
    """

    kept: Body
    taken: Body
    draft: FlowDraft
    kind: ProposalKind | None


def union_of(one: Body, other: Body, tree: FlowTree) -> Union:
    """What becomes of two bodies that are the one `tree` together."""
    kept, taken = sorted((one, other), key=lambda body: body.seniority, reverse=True)
    draft = replace(
        kept.draft,
        tree=renumbered(tree, kept.flow.tree) if kept.flow else tree,
        problem_domain=kept.draft.problem_domain or taken.draft.problem_domain,
        keywords=tuple(dict.fromkeys((*kept.draft.keywords, *taken.draft.keywords)))[:MAX_KEYWORDS],
    )
    return Union(kept=kept, taken=taken, draft=draft, kind=_kind(kept, taken, draft))


def _kind(kept: Body, taken: Body, draft: FlowDraft) -> ProposalKind | None:
    if kept.flow is None:
        return ProposalKind.NEW_FLOW
    if taken.flow is not None or taken.absorbed:
        return ProposalKind.ENHANCEMENT
    change = compare(kept.flow.tree, draft.tree)
    return None if change.is_nothing and kept.proposal is None else kind_of(change)
