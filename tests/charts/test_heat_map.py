from dataclasses import replace

import pytest

from bot.charts.heat_map import MOST_STEPS, draw_heat_map, most_travelled, tint
from bot.charts.tree_outline import outline_of
from bot.domain.flow_use import NodeUse, TreeUse
from bot.domain.trees import FlowTree
from tests.charts.makers import a_chain, a_heat_map, size_of


def test_alt_text_begins_with_the_takeaway_and_tells_the_steps_that_lose_most() -> None:
    assert draw_heat_map(a_heat_map()).alt == (
        "Most leave at: Is split tunnelling on? (6 of 41). VPN drops. 41 sessions in 90 days. "
        '1. "Is split tunnelling on?": 41 came, 6 left, 2 escalated, 3 min. '
        '3. "Split tunnelling stays off.": 12 came, 1 not helped, 20 min. '
        '2. "Turn split tunnelling off.": 15 came, under 1 min. '
        '4. "Does it drop on a cable too?": 15 came, 2.2 h.'
    )


def test_equal_numbers_are_equal_bytes_and_others_are_not() -> None:
    heat = a_heat_map()
    fewer = replace(heat, use=replace(heat.use, taken={}))
    assert draw_heat_map(heat) == draw_heat_map(a_heat_map())
    assert draw_heat_map(heat).png != draw_heat_map(fewer).png


@pytest.mark.parametrize("tree", [FlowTree("a", {}), a_chain(1), a_chain(99)], ids=["none", "short", "long"])
def test_a_flow_of_any_size_that_nobody_followed_is_drawn(tree: FlowTree) -> None:
    picture = draw_heat_map(a_heat_map(tree, TreeUse()))
    width, height = size_of(picture.png)
    assert picture.alt.startswith("Nobody has followed this flow yet. VPN drops: ")
    assert 900 <= width <= 2400
    assert height <= 3600


def test_of_a_long_flow_the_most_travelled_steps_are_shown_and_where_most_leave() -> None:
    tree = a_chain(60)
    came = {f"q{index}": NodeUse(asked=61 - index) for index in range(60)} | {"f3": NodeUse(asked=9)}
    use = TreeUse(nodes=came | {"q20": NodeUse(asked=41, typed=30)}, sessions=61)
    shown = most_travelled(outline_of(tree), use)
    assert len(shown) == MOST_STEPS
    assert shown[:21] == [f"q{index}" for index in range(21)]
    assert shown[21:] == ["f3", "f4", "f2"]


def test_the_more_came_the_darker_the_step() -> None:
    shares = (0.001, 0.1, 0.11, 0.25, 0.4, 0.5, 0.51, 1.0)
    reds = [int(tint(share)[1:3], 16) for share in shares]
    assert reds == sorted(reds, reverse=True)
    assert len(set(reds)) == 4
