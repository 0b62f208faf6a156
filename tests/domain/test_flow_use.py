"""How the steps of a flow work out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.flow_use import NodeUse, TreeUse, use_of_evidence, use_of_followed
from bot.domain.flows import Flow, FlowOrigin, FlowVersion
from bot.domain.session_acts import (
    Abandon,
    Act,
    Answer,
    Escalate,
    NoHelp,
    Pause,
    Resolve,
    Resume,
    SayElse,
    Skip,
    TakeOver,
)
from bot.domain.sessions import FlowPlace
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import Troubleshooting, act
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_live_session, a_tree, as_session

BEN = "UBEN"


def a_version(number: int, tree: FlowTree) -> FlowVersion:
    draft = a_draft(tree=tree)
    return FlowVersion(number=number, draft=draft, published_by="U1", published_at=NOW, change="x")


FIRST = a_version(1, a_tree())
FLOW = Flow(id=7, origin=FlowOrigin.MANUAL, current=FIRST)


def worked(*acts: Act, version: int = 1) -> Troubleshooting:
    """A session that follows the flow, with two minutes from act to act."""
    live = Troubleshooting(
        session=as_session(a_live_session()),
        revision=1,
        turn=1,
        flow=(7, version),
        node="n1",
        touched_at=NOW,
    )
    for number, wanted in enumerate(acts, 1):
        live = act(live, wanted, a_tree(), at=NOW + timedelta(minutes=2 * number))
    return live


FIXED = worked(Answer(by=BEN, turn=1, option=0), Resolve(by=BEN, resolution="MTU"))
NOT_FIXED = worked(Answer(by=BEN, turn=1, option=0), NoHelp(by=BEN, turn=2))
TYPED = worked(SayElse(by=BEN, turn=1, text="No idea"), Resolve(by=BEN, resolution="Other"))
SKIPPED = worked(Skip(by=BEN, turn=1))
GIVEN_UP = worked(Abandon(by=BEN))
HANDED_OVER = worked(Escalate(by=BEN, reason="x", to="C1"), TakeOver(by="UADA"))


def test_each_way_off_a_step_is_counted_where_it_was_taken() -> None:
    use = use_of_followed(FLOW, [FIRST], [FIXED, NOT_FIXED, TYPED, SKIPPED, GIVEN_UP, HANDED_OVER])
    assert use.of("n1") == NodeUse(
        asked=6, typed=1, skipped=1, left=1, escalated=1, ended=4, resolved=2, minutes=2.0
    )
    assert use.of("n2") == NodeUse(asked=3, failed=1, ended=1, resolved=1, minutes=2.0)
    assert (use.sessions, use.is_learnt, use.most_left) == (6, False, "n1")
    assert use.of("n3") == NodeUse()
    assert use.taken == {("n1", "n2"): 3}


def test_a_step_that_said_something_else_then_does_not_count() -> None:
    reworded = a_version(2, a_tree(text="Is the split tunnel on?"))
    use = use_of_followed(replace(FLOW, current=reworded), [reworded, FIRST], [FIXED, TYPED])
    assert use.of("n1") == NodeUse()
    assert use.of("n2").asked == 1


def test_a_session_that_went_on_in_another_flow_counts_for_both() -> None:
    (step,) = TYPED.session.steps
    moved = replace(step, place=FlowPlace(8, 1, "n1"), turn=2)
    both = replace(TYPED, session=replace(TYPED.session, steps=(step, moved)))
    assert use_of_followed(FLOW, [FIRST], [both]).of("n1").asked == 1


def test_minutes_of_sessions_with_a_pause_are_left_out() -> None:
    paused = worked(Pause(by=BEN), Resume(by=BEN), Answer(by=BEN, turn=1, option=0))
    assert use_of_followed(FLOW, [FIRST], [paused]).of("n1") == NodeUse(asked=1, minutes=None)


def test_a_flow_that_nobody_followed_is_told_from_what_it_was_learnt_from() -> None:
    tree = a_tree(evidence=frozenset({Evidence(1, 0), Evidence(9, 0)}))
    use = use_of_evidence(tree, [FIXED.session])
    assert (use.is_learnt, use.sessions, use.most_left) == (True, 1, None)
    assert use.of("n1") == NodeUse(asked=1, ended=1, resolved=1, minutes=2.0)


@pytest.mark.parametrize(
    ("nodes", "most_left"),
    [
        ({"few": NodeUse(asked=3, typed=3), "many": NodeUse(asked=40, typed=20)}, "many"),
        ({"sure": NodeUse(asked=60, skipped=40), "maybe": NodeUse(asked=4, skipped=3)}, "sure"),
        ({"fine": NodeUse(asked=60)}, None),
    ],
)
def test_where_most_leave_is_told_with_confidence(nodes: dict[str, NodeUse], most_left: str | None) -> None:
    assert TreeUse(nodes=nodes).most_left == most_left


def test_who_went_past_a_step_that_makes_no_difference_took_the_answer_that_leads_to_it() -> None:
    seen = frozenset(Evidence(session, 1) for session in (1, 2, 3))
    same_way = (Option("o1", "Yes", "n2"), Option("o2", "No", "n2"))
    idle = Node(kind=NodeKind.QUESTION, text="Is Windows up to date?", options=same_way, evidence=seen)
    plain = a_tree()
    first = plain.nodes["n1"]
    leading = replace(first, options=(replace(first.options[0], next="n9"), *first.options[1:]))
    version = a_version(1, FlowTree("n1", {**plain.nodes, "n1": leading, "n9": idle}))
    use = use_of_followed(replace(FLOW, current=version), [version], [FIXED, NOT_FIXED])
    assert use.taken == {("n1", "n9"): 2}
