"""What an analysed session does to the team's knowledge: the decision between the analyst's answer and the database."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.domain.analysis import AlignedStep, Alignment
from bot.domain.flows import Flow, FlowDraft
from bot.domain.merging import MergeRefusedError, TreeChange, compare, merge
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus
from bot.domain.sessions import Session
from bot.domain.trees import FlowTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """A proposal of its own: a new flow, or a change to `flow`."""

    kind: ProposalKind
    draft: FlowDraft
    flow: Flow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The session supports a proposal that is there; `draft` has its evidence and branches."""

    proposal: Proposal
    kind: ProposalKind
    draft: FlowDraft


@dataclass(frozen=True, slots=True)
class Reinforce:
    """The session followed the flow as it is, or (`contradicts`) went another way after an answer that leads elsewhere."""

    flow: Flow
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """The session looks like a proposal that was rejected: it is not proposed again."""

    proposal: Proposal


Lesson = Begin | Join | Reinforce | Leave


def learn(session: Session, alignment: Alignment, *, flow: Flow | None, proposal: Proposal | None) -> Lesson:
    """The lesson of one session.

    `flow` and `proposal` are what the alignment chose: a published flow, a proposal, or (a proposal that changes a
    flow) both. With neither, or when the session finds no place in the chosen tree, it is new.

    Raises:
        MergeRefusedError: not even a tree of its own can be made of the session.
    """
    with suppress(MergeRefusedError):
        if flow is not None and _follows(session, alignment, flow.tree):
            return Reinforce(flow)
    if proposal is not None and proposal.status is ProposalStatus.REJECTED:
        return Leave(proposal)
    with suppress(MergeRefusedError):
        if proposal is not None:
            return _join(session, alignment, flow, proposal)
        if flow is not None:
            return _change(session, alignment, flow)
    return _new(session, alignment)


def _new(session: Session, alignment: Alignment) -> Begin:
    """What was a digression from the chosen tree is none in a tree of its own."""
    worded = {step.step: step for step in alignment.steps}
    everything = [worded.get(at, AlignedStep(at, None, "")) for at in range(len(session.steps) + 1)]
    draft = FlowDraft(
        title=alignment.title,
        summary=alignment.summary,
        tree=merge(None, session, everything if alignment.candidate else alignment.steps).tree,
        problem_domain=session.problem_domain,
        keywords=alignment.keywords,
    )
    return Begin(kind=ProposalKind.NEW_FLOW, draft=draft)


def _change(session: Session, alignment: Alignment, flow: Flow) -> Begin | Reinforce:
    """A change to the flow; a session that contradicts it leaves it as it is."""
    merged = merge(flow.tree, session, alignment.steps)
    if merged.change.is_nothing:
        return Reinforce(flow, contradicts=bool(merged.conflicts))
    draft = replace(flow.current.draft, tree=merged.tree, keywords=alignment.keywords)
    return Begin(kind=kind_of(merged.change), draft=draft, flow=flow)


def kind_of(change: TreeChange) -> ProposalKind:
    """What to call a change to a published flow."""
    return ProposalKind.BRANCH_ADDITION if change.only_adds_branches else ProposalKind.ENHANCEMENT


def _follows(session: Session, alignment: Alignment, tree: FlowTree) -> bool:
    """Every step stands in the published tree already, in the order and with the answers of the session."""
    known = all(step.node_id in tree.nodes for step in alignment.steps)
    return known and merge(tree, session, alignment.steps).change.is_nothing


def _join(session: Session, alignment: Alignment, flow: Flow | None, proposal: Proposal) -> Join:
    """The proposal with the session in it. A flow keeps its title, and so does what people named; else it may find a better one."""
    merged = merge(proposal.draft.tree, session, alignment.steps)
    draft = replace(
        proposal.draft,
        tree=merged.tree,
        problem_domain=proposal.draft.problem_domain or session.problem_domain,
        keywords=alignment.keywords,
    )
    if flow is not None:
        return Join(proposal=proposal, kind=kind_of(compare(flow.tree, merged.tree)), draft=draft)
    if proposal.proposed_by is None:
        draft = replace(draft, title=alignment.title, summary=alignment.summary)
    return Join(proposal=proposal, kind=proposal.kind, draft=draft)
