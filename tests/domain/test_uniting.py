"""What stays when a tree was learnt anew, and when two bodies of knowledge become one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.merging import renumbered
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus, Support
from bot.domain.sessions import ProblemDomain
from bot.domain.trees import Evidence, FlowTree, Node
from bot.domain.uniting import Body, union_of
from bot.domain.validation import problems_of
from tests.domain.trees_made import NOON, a_session, a_step, fix, question, trees, vpn_tree


def evidence_of(tree: FlowTree) -> set[Evidence]:
    return {evidence for node in tree.nodes.values() for evidence in node.evidence}


def seen(node: Node, *sessions: int) -> Node:
    return replace(node, evidence=frozenset(Evidence(session, 0) for session in sessions))


@given(trees(), trees())
def test_renumbered_tree_is_valid_keeps_all_evidence_and_gives_no_id_twice(
    tree: FlowTree, like: FlowTree
) -> None:
    after = renumbered(tree, like)
    assert problems_of(after) == ()
    assert len(after.nodes) == len(tree.nodes)
    assert evidence_of(after) == evidence_of(tree)
    assert after.session_ids == tree.session_ids
    for node_id in after.nodes.keys() & like.nodes.keys():
        known, node = like.nodes[node_id], after.nodes[node_id]
        assert known.evidence & node.evidence
        assert (node.text, node.help, node.kind) == (known.text, known.help, known.kind)
        labels = {option.id: option.label for option in known.options}
        assert all(labels.get(option.id, option.label) == option.label for option in node.options)


@given(trees(), trees())
def test_renumbering_twice_is_renumbering_once(tree: FlowTree, like: FlowTree) -> None:
    once = renumbered(tree, like)
    assert renumbered(once, like) == once


@given(trees())
def test_tree_with_evidence_that_is_renumbered_like_itself_stays_as_it_is(tree: FlowTree) -> None:
    learnt = FlowTree(
        tree.root, {node_id: seen(node, at) for at, (node_id, node) in enumerate(tree.nodes.items())}
    )
    assert renumbered(learnt, learnt) == learnt


def test_answer_keeps_its_id_by_its_words_before_another_takes_it_by_its_target() -> None:
    like = FlowTree("n1", {"n1": seen(question("On?", ("No", "n2")), 1), "n2": seen(fix("Done."), 1)})
    tree = FlowTree(
        "a",
        {
            "a": seen(question("Is it on?", ("Never", "b"), ("No", "c")), 1),
            "b": seen(fix("Finished."), 1),
            "c": seen(fix("Other."), 2),
        },
    )
    options = renumbered(tree, like).nodes["n1"].options
    assert [(option.id, option.label, option.next) for option in options] == [
        ("o1", "No", "c"),
        ("o2", "Never", "n2"),
    ]


def a_draft(tree: FlowTree, keywords: tuple[str, ...] = (), domain: ProblemDomain | None = None) -> FlowDraft:
    return FlowDraft(
        title="VPN drops", summary="It drops.", tree=tree, problem_domain=domain, keywords=keywords
    )


def a_flow(number: int, draft: FlowDraft) -> Flow:
    version = FlowVersion(number=1, draft=draft, published_by="U1", published_at=NOON, change="First.")
    return Flow(id=number, origin=FlowOrigin.AI_GENERATED, current=version)


def a_proposal(number: int, draft: FlowDraft, flow: Flow | None = None) -> Proposal:
    return Proposal(
        id=number,
        kind=ProposalKind.ENHANCEMENT if flow else ProposalKind.NEW_FLOW,
        status=ProposalStatus.PENDING,
        version=1,
        draft=draft,
        support=Support(),
        confidence=0.5,
        analyst="outline",
        created_at=NOON,
        updated_at=NOON,
        flow_id=flow.id if flow else None,
    )


DRAFTS = st.builds(
    a_draft,
    trees(),
    st.lists(st.sampled_from(["vpn", "mtu", "wifi", "dock"]), unique=True).map(tuple),
    st.none() | st.just(ProblemDomain.NETWORKING),
)


@st.composite
def bodies(draw: st.DrawFn, number: int) -> Body:
    published, proposed = draw(DRAFTS), draw(DRAFTS)
    flow = draw(st.none() | st.just(a_flow(number, published)))
    proposal = a_proposal(number, proposed, flow)
    sessions = tuple(a_session(id=each) for each in draw(st.sets(st.integers(1, 9))))
    if flow is None:
        return Body(flow=None, proposal=proposal, sessions=sessions)
    return Body(flow=flow, proposal=draw(st.none() | st.just(proposal)), sessions=sessions)


@given(bodies(number=1), bodies(number=2), trees())
@settings(max_examples=25, deadline=None)
def test_union_is_the_same_whichever_body_is_named_first(one: Body, other: Body, tree: FlowTree) -> None:
    union = union_of(one, other, tree)
    assert union_of(other, one, tree) == union
    assert problems_of(union.draft.tree) == ()
    assert evidence_of(union.draft.tree) == evidence_of(tree)
    assert {union.kept.candidate.ref, union.taken.candidate.ref} == {one.candidate.ref, other.candidate.ref}
    assert union.kept.flow or not union.taken.flow
    assert {*union.draft.keywords} == {*one.draft.keywords, *other.draft.keywords}
    if union.kept.flow is not None and union.taken.flow is not None:
        assert union.kind is ProposalKind.ENHANCEMENT


@pytest.mark.parametrize(("there", "can_be"), [((1, 2), True), ((1,), False), ((), False)])
def test_flow_with_a_step_of_a_session_that_is_gone_cannot_be_learnt_anew(
    there: tuple[int, ...], can_be: bool
) -> None:
    tree = vpn_tree()
    nodes = {node_id: seen(node, 1 if node_id != "n4" else 2) for node_id, node in tree.nodes.items()}
    sessions = tuple(a_session(a_step("Split?", "No"), id=number) for number in there)
    body = Body(flow=a_flow(1, a_draft(FlowTree("n1", nodes))), proposal=None, sessions=sessions)
    assert body.can_be_learnt_anew is can_be
