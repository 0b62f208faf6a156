"""Which steps of a flow make no difference."""

from dataclasses import replace

from hypothesis import given

from bot.domain.immaterial import first_asked, immaterial
from bot.domain.trees import Evidence, FlowTree, Node
from tests.domain.trees_made import action, fix, question, trees


def of(node: Node, *sessions: int) -> Node:
    """The node, learnt from these sessions."""
    return replace(node, evidence=frozenset(Evidence(session, 0) for session in sessions))


def a_tree(*, updates: Node, panel: Node, fixed: Node) -> FlowTree:
    """The panel is looked at after the updates, and then comes the fix."""
    return FlowTree("n1", {"n1": updates, "n2": panel, "n3": fixed})


UPDATES = question("Is Windows up to date?", ("Yes", "n2"), ("No", "n2"))
UPDATED = question("Is Windows up to date?", ("Yes", "n2"))
PANEL = question("Does the panel show an address?", ("No", "n3"))
CABLE = fix("Plugged the cable in")


def test_a_question_whose_answers_all_lead_on_alike_is_not_asked_once_they_were_given_often_enough() -> None:
    twice = a_tree(updates=of(UPDATES, 1, 2), panel=of(PANEL, 1, 2), fixed=of(CABLE, 1, 2))
    thrice = a_tree(updates=of(UPDATES, 1, 2, 3), panel=of(PANEL, 1, 2, 3), fixed=of(CABLE, 1, 2, 3))
    assert (immaterial(twice), first_asked(twice)) == ({}, "n1")
    assert (immaterial(thrice), first_asked(thrice)) == ({"n1": "n2"}, "n2")


def test_an_answer_that_leads_elsewhere_makes_it_count_again() -> None:
    updates = question("Is Windows up to date?", ("Yes", "n2"), ("No", "n2"), ("It hangs", "n3"))
    assert not immaterial(a_tree(updates=of(updates, 1, 2, 3, 4), panel=of(PANEL, 1, 2), fixed=of(CABLE, 1)))


def test_a_step_that_half_of_the_sessions_went_past_is_not_asked() -> None:
    once = a_tree(updates=of(UPDATED, 1), panel=of(PANEL, 1, 2), fixed=of(CABLE, 1, 2))
    assert not immaterial(once)
    half = a_tree(updates=of(UPDATED, 1, 2), panel=of(PANEL, 1, 2, 3, 4), fixed=of(CABLE, 1))
    assert immaterial(half) == {"n1": "n2"}
    fewer = a_tree(updates=of(UPDATED, 1, 2, 3), panel=of(PANEL, 1, 2, 3, 4, 5), fixed=of(CABLE, 1))
    assert not immaterial(fewer)


def test_a_change_is_left_out_only_when_sessions_went_past_it() -> None:
    restart = action("Restart the PC", ("Done", "n2"), ("done it", "n2"))
    assert not immaterial(
        a_tree(updates=of(restart, 1, 2, 3, 4), panel=of(PANEL, 1, 2, 3, 4), fixed=of(CABLE, 1))
    )
    assert immaterial(a_tree(updates=of(restart, 1), panel=of(PANEL, 1, 2, 3), fixed=of(CABLE, 1)))


def test_sessions_that_came_another_way_went_past_nothing() -> None:
    tree = FlowTree(
        "n0",
        {
            "n0": of(question("Which floor?", ("First", "n1"), ("Second", "n2")), 1, 2, 3, 4),
            "n1": of(UPDATED, 1),
            "n2": of(PANEL, 1, 2, 3, 4),
            "n3": of(CABLE, 1, 2, 3, 4),
        },
    )
    assert not immaterial(tree)


def test_several_in_a_row_lead_to_the_step_behind_them() -> None:
    virus = question("Does the scanner report anything?", ("Nothing", "n1"))
    nodes = {"n0": of(virus, 1), "n1": of(UPDATED, 1), "n2": of(PANEL, 1, 2, 3), "n3": of(CABLE, 1, 2, 3)}
    tree = FlowTree("n0", nodes)
    assert immaterial(tree) == {"n0": "n2", "n1": "n2"}


def test_what_people_put_in_is_always_asked() -> None:
    assert not immaterial(a_tree(updates=UPDATES, panel=of(PANEL, 1, 2, 3), fixed=of(CABLE, 1, 2, 3)))


@given(trees())
def test_what_is_asked_instead_is_a_step_that_is_asked(tree: FlowTree) -> None:
    instead = immaterial(tree)
    assert instead.keys() <= tree.nodes.keys()
    assert all(node_id in tree.nodes and node_id not in instead for node_id in instead.values())
    assert not any(tree.nodes[node_id].kind.is_end for node_id in instead)
