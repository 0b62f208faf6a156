"""What a flow's heat map says in words."""

import pytest

from bot.domain.flow_use import NodeUse, TreeUse
from bot.domain.heat_maps import use_words
from tests.charts.makers import a_heat_map


def a_use(*, sessions: int = 41, is_learnt: bool = False, **nodes: NodeUse) -> TreeUse:
    return TreeUse(nodes=nodes, sessions=sessions, is_learnt=is_learnt)


@pytest.mark.parametrize(
    ("use", "takeaway"),
    [
        (TreeUse(), "Nobody has followed this flow yet"),
        (
            a_use(sessions=7, is_learnt=True, n1=NodeUse(asked=7)),
            "Nobody has followed this flow yet; 7 sessions taught it",
        ),
        (
            a_use(sessions=3, n1=NodeUse(asked=3, left=3)),
            "Only 3 sessions so far: too few to say where people leave",
        ),
        (a_use(n1=NodeUse(asked=41, skipped=6)), "Most leave at: Is split tunnelling on? (6 of 41)"),
        (
            a_use(n2=NodeUse(asked=1_041, typed=600)),
            "Most leave at: Turn split tunnelling off (600 of 1,041)",
        ),
        (a_use(n4=NodeUse(asked=9, failed=4)), "Helps least: Split tunnelling stays off (not in 4 of 9)"),
        (
            a_use(n3=NodeUse(asked=8, escalated=2), n9=NodeUse(asked=5, escalated=5)),
            "Most are escalated at: Does it drop on a cable too? (2 of 8)",
        ),
        (a_use(n9=NodeUse(asked=5, escalated=5)), "Nobody left in 41 sessions"),
        (a_use(n6=NodeUse(asked=3, left=1)), "Left 1 time in 41 sessions"),
    ],
)
def test_the_takeaway_says_where_most_leave_or_why_nobody_knows(use: TreeUse, takeaway: str) -> None:
    assert a_heat_map(use=use).takeaway == takeaway


@pytest.mark.parametrize(
    ("use", "basis"),
    [
        (a_use(), "41 sessions in 90 days"),
        (a_use(sessions=9), "Only 9 sessions in 90 days"),
        (a_use(sessions=300), "The newest 300 sessions in 90 days"),
        (a_use(sessions=1, is_learnt=True), "The way of the 1 session that it was learnt from"),
        (TreeUse(), "No session in 90 days"),
    ],
)
def test_the_basis_says_how_many_sessions_the_numbers_are_of(use: TreeUse, basis: str) -> None:
    assert a_heat_map(use=use).basis == basis


def test_steps_are_told_with_those_first_that_lose_most() -> None:
    steps = a_heat_map().steps
    assert [(step.number, step.node_id) for step in steps[:5]] == [
        (1, "n1"),
        (3, "n4"),
        (2, "n2"),
        (4, "n3"),
        (5, "n5"),
    ]
    assert use_words(steps[0].use) == ("41 came", "6 left", "2 escalated", "3 min")
    assert use_words(steps[-1].use) == ("nobody yet",)
