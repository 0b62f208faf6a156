"""What stands behind the steps of a tree: what engineers wrote there, and which answers they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.domain.sessions import Session
from bot.domain.trees import Evidence, FlowTree, Node, Option

Sessions = Mapping[int, Session]
"""By their ids; some of those that a tree was learnt from may not be at hand."""


def sessions_at(node: Node) -> frozenset[int]:
    """The ids of the sessions that the step was learnt from."""
    return frozenset(evidence.session_id for evidence in node.evidence)


def written_at(node: Node, sessions: Sessions) -> list[str]:
    """What engineers wrote at the step in their own words, each once, newest first."""
    newest_first = sorted(node.evidence, reverse=True)
    return list(dict.fromkeys(text for evidence in newest_first for text in _written(evidence, sessions)))


def answers_taken(tree: FlowTree, node_id: str, sessions: Sessions) -> dict[str, int]:
    """By the option's id, in how many sessions that answer was taken. Sessions that took none of them do not count."""
    node = tree.nodes[node_id]
    taken = {(_taken(tree, node, each, sessions), each.session_id) for each in node.evidence}
    counts = Counter(option.id for option, _ in taken if option)
    return {option.id: counts[option.id] for option in node.options}


def _written(evidence: Evidence, sessions: Sessions) -> Iterator[str]:
    session = sessions.get(evidence.session_id)
    if session is None:
        return
    is_end = evidence.step >= len(session.steps)
    text = session.resolution if is_end else session.steps[evidence.step].answer_text
    if text and text.strip():
        yield text.strip()


def _taken(tree: FlowTree, node: Node, evidence: Evidence, sessions: Sessions) -> Option | None:
    """The answer by its words, where these are known; else the only one behind which the session goes on."""
    session = sessions.get(evidence.session_id)
    if session is not None and evidence.step < len(session.steps):
        step = session.steps[evidence.step]
        for said in (step.choice, step.answer_text):
            if said and (option := node.option_labelled(said)):
                return option
    on = [option for option in node.options if _goes_on(tree.nodes.get(option.next), evidence)]
    return on[0] if len(on) == 1 else None


def _goes_on(node: Node | None, evidence: Evidence) -> bool:
    return node is not None and any(
        each.session_id == evidence.session_id and each.step > evidence.step for each in node.evidence
    )
