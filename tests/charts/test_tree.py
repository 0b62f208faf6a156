import pytest

from bot.charts.tree import draw_tree
from bot.domain.trees import FlowTree
from tests.charts.makers import FIX, UP, A, Q, a_chain, a_flow, a_node, size_of


def test_alt_text_tells_size_beginning_and_most_frequent_fix() -> None:
    assert draw_tree(a_flow(), "VPN drops").alt == (
        'Flow with 9 steps: first asks "Is split tunnelling on?"; '
        '4 fixes, most often: "Lowered the MTU to 1350."; 1 escalation.'
    )


def test_alt_text_counts_what_is_new_and_changed() -> None:
    alt = draw_tree(a_flow(), "VPN", added=frozenset({"n7", "n8", "gone"}), changed=frozenset({"n3"})).alt
    assert alt.endswith("Marked: 2 new and 1 changed.")


def test_one_step_is_a_flow() -> None:
    picture = draw_tree(FlowTree("a", {"a": a_node(FIX, "Restarted it.")}), "Short")
    assert picture.alt == 'Flow with 1 step: first says "Restarted it."; 1 fix, "Restarted it.".'
    assert picture.filename == "flow.png"


def test_a_flow_without_fix_says_so() -> None:
    tree = FlowTree("a", {"a": a_node(A, "Look.", ("Done", "b")), "b": a_node(UP, "Second level.")})
    assert draw_tree(tree, "Open").alt == 'Flow with 2 steps: first says "Look."; no fix yet; 1 escalation.'


def test_a_tree_without_root_says_so() -> None:
    picture = draw_tree(FlowTree("a", {}), "Nothing 空")
    assert picture.alt == "This flow has no steps yet."
    assert size_of(picture.png) == (900, 220)


def test_marks_change_the_picture_and_equal_flows_are_equal_bytes() -> None:
    plain, again = draw_tree(a_flow(), "VPN"), draw_tree(a_flow(), "VPN")
    assert plain == again
    assert plain.png != draw_tree(a_flow(), "VPN", added=frozenset({"n6"})).png


@pytest.mark.parametrize("length", [2, 15, 30, 99])
def test_pictures_stay_within_their_bounds(length: int) -> None:
    width, height = size_of(draw_tree(a_chain(length), "A chain of questions").png)
    assert 900 <= width <= 2400
    assert height <= 3600


def test_a_broad_flow_stays_within_its_bounds() -> None:
    nodes = {
        f"q{index}": a_node(Q, "Why? " * 40, *((f"{n}", f"f{index}-{n}") for n in range(9)))
        for index in range(9)
    }
    fixes = {f"f{index}-{n}": a_node(FIX, "Because. " * 40) for index in range(9) for n in range(9)}
    root = a_node(Q, "Which?", *((f"Kind {index}", f"q{index}") for index in range(9)))
    width, height = size_of(draw_tree(FlowTree("r", {"r": root, **nodes, **fixes}), "Broad " * 60).png)
    assert width <= 2400
    assert height <= 3600


def test_texts_from_people_are_drawn_as_they_are() -> None:
    tree = FlowTree(
        "a",
        {
            "a": a_node(
                Q, "打印机 $x_1^2$ 😀🫠\u202e\x00\n\ud800 " * 90, ("w" * 75, "b"), ("$", "c"), ("", "d")
            ),
            "b": a_node(FIX, "طبعة x\u0301 " + "y" * 2000, sessions=0),
            "c": a_node(UP, ""),
            "d": a_node(UP, "   "),
        },
    )
    picture = draw_tree(tree, "標題 $\\frac{ " * 40)
    assert 0 < len(picture.alt) <= 2000


def test_a_step_that_makes_no_difference_says_so() -> None:
    def tree(*targets: str) -> FlowTree:
        idle = a_node(Q, "Is Windows up to date?", ("Yes", targets[0]), ("No", targets[1]), sessions=3)
        return FlowTree("a", {"a": idle, "b": a_node(FIX, "New cable.", sessions=3), "c": a_node(UP, "Ask.")})

    told = draw_tree(tree("b", "b"), "Printer")
    assert told.alt.endswith("Not asked, for it makes no difference: 1.")
    assert "Not asked" not in draw_tree(tree("b", "c"), "Printer").alt
