"""Two candidates as one: nothing that was learnt is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ai.uniting import separability, unite
from bot.domain.analysis import AlignedStep, Candidate, CandidateKind, CandidateRef
from bot.domain.flows import FlowDraft
from bot.domain.merging import MergeRefusedError, merge
from bot.domain.sessions import Session
from bot.domain.trees import Evidence, FlowTree
from bot.domain.validation import problems_of
from tests.domain.trees_made import a_session, a_step

PROBLEMS = (
    "VPN drops every ten minutes",
    "The VPN drops again and again",
    "Printer is offline",
    "",
    "!?",
    "打印机离线",
)
QUESTIONS = (
    "Is split tunnelling on?",
    "Split tunnelling switched on?",
    "Does it drop on a cable?",
    "🔥",
    "12",
)
ANSWERS = ("Yes", "No", " yes", "not sure", None)
FIXES = ("Lowered the MTU.", "Lower the MTU to 1350.", "New cable.", "?")
STEPS = st.builds(a_step, st.sampled_from(QUESTIONS), st.sampled_from(ANSWERS))
SESSIONS = st.builds(
    lambda steps, problem, fix: a_session(*steps, problem=problem, resolution=fix),
    st.lists(STEPS, min_size=1, max_size=4),
    st.sampled_from(PROBLEMS),
    st.sampled_from(FIXES),
)


def learnt(ref: int, sessions: Sequence[Session]) -> Candidate | None:
    """What the sessions teach in their order, each as far as it follows the first; None: nothing."""
    tree: FlowTree | None = None
    learnt_from: list[Session] = []
    for session in sessions:
        known = {node.text: node_id for node_id, node in tree.nodes.items()} if tree else {}
        texts = [*(step.prompt for step in session.steps), session.resolution or ""]
        steps = [AlignedStep(at, known.get(text), text) for at, text in enumerate(texts)]
        try:
            tree = merge(tree, session, steps).tree
        except MergeRefusedError:
            continue
        learnt_from.append(session)
    if tree is None:
        return None
    draft = FlowDraft(title="VPN", summary="", tree=tree)
    return Candidate(ref=CandidateRef(CandidateKind.PROPOSAL, ref), draft=draft, sessions=tuple(learnt_from))


@st.composite
def two_candidates(draw: st.DrawFn) -> tuple[Candidate, Candidate] | None:
    sessions = [replace(each, id=at) for at, each in enumerate(draw(st.lists(SESSIONS, max_size=9)), 1)]
    split = draw(st.integers(0, len(sessions)))
    one, other = learnt(1, sessions[:split]), learnt(2, sessions[split:])
    if one is None or other is None:
        return None
    larger, smaller = sorted((one, other), key=lambda each: len(each.sessions), reverse=True)
    return larger, smaller


def evidence_of(tree: FlowTree) -> set[Evidence]:
    return {evidence for node in tree.nodes.values() for evidence in node.evidence}


@given(two_candidates(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_united_tree_is_valid_and_has_every_session_that_is_not_reported(
    both: tuple[Candidate, Candidate] | None, either_way: bool
) -> None:
    united = unite(*both, either_way=either_way) if both else None
    if both is None or united is None:
        return
    assert problems_of(united.tree) == ()
    everybody = {session.id for candidate in both for session in candidate.sessions}
    left = {session.id for session in united.left}
    assert united.tree.session_ids == everybody - left
    bases = both if either_way else both[:1]
    assert any(evidence_of(base.draft.tree) <= evidence_of(united.tree) for base in bases)
    assert 0 <= united.certainty <= 1
    assert unite(*both, either_way=either_way) == united


def test_candidate_whose_sessions_are_gone_is_united_with_nothing() -> None:
    one = learnt(1, [a_session(a_step("Is split tunnelling on?", "No"), id=1)])
    assert one is not None
    assert unite(one, replace(one, sessions=())) is None


TOLD = st.lists(st.text("abc xyz", max_size=12) | st.sampled_from(PROBLEMS), min_size=1, max_size=6)


@given(TOLD, TOLD)
def test_separability_does_not_depend_on_which_kind_is_named_first(
    some: list[str], others: list[str]
) -> None:
    assert separability(some, others) == pytest.approx(separability(others, some))
    assert 0 <= separability(some, others) <= 1


@given(TOLD)
def test_same_problems_cannot_be_told_apart(problems: list[str]) -> None:
    assert separability(problems, problems) == 0.5
