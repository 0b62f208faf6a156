"""What a flow's sessions did at its steps: who left the options that the flow offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.ai.wording import likeness, wording_of
from bot.domain.flows import Flow, FlowMention
from bot.domain.gap_facts import Hits, StepCounts, Walked
from bot.domain.sessions import Session, Step
from bot.domain.trees import FlowTree

SAME_STEP = 0.5
"""Likeness from which a step of a session is the one that a flow asks in other words."""


def count_steps(walked: Walked) -> list[StepCounts]:
    """Each step of the flow that offers options: how often sessions came to it, and in which they left the options."""
    flow = walked.flow
    known = _told(flow.tree)
    turns = [
        (node_id, session, step)
        for session in walked.sessions
        for node_id, step in _turns(flow.tree, known, session)
    ]
    return [
        _counted(flow, node_id, [(session, step) for at, session, step in turns if at == node_id])
        for node_id in sorted({node_id for node_id, _, _ in turns})
    ]


def left_options(step: Step) -> bool:
    """Options were offered, and the engineer wrote something else or skipped the step."""
    return bool(step.options) and step.choice is None


def _counted(flow: Flow, node_id: str, turns: list[tuple[Session, Step]]) -> StepCounts:
    left = [session for session, step in turns if left_options(step)]
    return StepCounts(
        flow=FlowMention(flow.id, flow.title, flow.current.number),
        domain=flow.current.draft.problem_domain,
        node_id=node_id,
        text=flow.tree.nodes[node_id].text,
        asked=len(turns),
        left=Hits(
            count=len(left),
            engineers=len({session.engineer for session in left if session.engineer}),
            session_ids=tuple(session.id for session in left),
        ),
    )


def _told(tree: FlowTree) -> Mapping[tuple[int, int], str]:
    """Which node was learnt from a session's step."""
    return {
        (evidence.session_id, evidence.step): node_id
        for node_id, node in tree.nodes.items()
        for evidence in node.evidence
    }


def _turns(
    tree: FlowTree, told: Mapping[tuple[int, int], str], session: Session
) -> Iterable[tuple[str, Step]]:
    """The steps of the session that are steps of the flow, each of these once: the first that is it."""
    asked = [node_id for node_id, node in tree.nodes.items() if not node.kind.is_end]
    found: dict[str, Step] = {}
    for at, step in enumerate(session.steps):
        node_id = told.get((session.id, at)) or _named(tree, asked, step)
        if node_id in asked and node_id not in found and step.options:
            found[node_id] = step
    return found.items()


def _named(tree: FlowTree, asked: list[str], step: Step) -> str | None:
    """The node that asks the same, in the same words or nearly so."""
    prompt = _folded(step.prompt)
    same = next((node_id for node_id in asked if _folded(tree.nodes[node_id].text) == prompt), None)
    if same is not None or not asked:
        return same
    alike = likeness([wording_of(step.prompt)], [wording_of(tree.nodes[node_id].text) for node_id in asked])[
        0
    ]
    best = int(alike.argmax())
    return asked[best] if alike[best] >= SAME_STEP else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
