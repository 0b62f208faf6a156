"""The rules of a valid tree: each broken rule is found, named and explained, and all of them at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.domain.validation import problems_of
from tests.domain.trees_made import action, escalation, fix, question, trees, vpn_tree


def sentences(tree: FlowTree) -> str:
    return " | ".join(problem.sentence for problem in problems_of(tree))


def with_node(node_id: str, node: Node) -> FlowTree:
    tree = vpn_tree()
    return FlowTree(tree.root, {**tree.nodes, node_id: node})


def chain(length: int) -> FlowTree:
    nodes = {f"n{at}": question(f"Question {at}?", ("Yes", f"n{at + 1}")) for at in range(1, length)}
    return FlowTree("n1", nodes | {f"n{length}": fix("Fixed.")})


@given(trees())
def test_valid_trees_have_no_problems(tree: FlowTree) -> None:
    assert problems_of(tree) == ()


def test_missing_root_is_told_alone() -> None:
    (problem,) = problems_of(FlowTree("n9", vpn_tree().nodes))
    assert problem.node is None
    assert "no first step" in problem.sentence


@pytest.mark.parametrize(
    ("node", "told"),
    [
        (
            question("Which?", ("Yes", "n99")),
            "The answer “Yes” to “Which?” leads to a step that does not exist",
        ),
        (question("Which?"), "“Which?” has no answers"),
        (action("Do it."), "“Do it.” has no answers"),
        (replace(fix("Done."), options=(Option("o1", "Yes", "n4"),)), "“Done.” ends the flow"),
        (fix(" "), "Step n3 has no text"),
        (fix("x" * 2001), "has 2001 characters; 2000 is the most"),
        (question("Which?", ("", "n4")), "An answer to “Which?” has no words"),
        (question("Which?", ("A\nB", "n4")), "has a line break"),
        (question("Which?", ("x" * 76, "n4")), "has 76 characters; 75 is the most"),
        (question("Which?", ("Yes", "n4"), ("yes ", "n4")), "“Which?” has the answer “yes ” twice"),
        (
            Node(
                kind=NodeKind.QUESTION,
                text="Which?",
                options=(Option("o1", "A", "n4"), Option("o1", "B", "n4")),
            ),
            "two answers with the id o1",
        ),
        (question("Which?", *((f"A{at}", "n4") for at in range(11))), "has 11 answers; 10 is the most"),
        (question("Which?", ("Back", "n1")), "“Which?” leads back to “Is split tunnelling on?”"),
    ],
)
def test_broken_rule_is_told_with_its_node(node: Node, told: str) -> None:
    problems = problems_of(with_node("n3", node))
    assert [problem.node for problem in problems if told in problem.sentence] == ["n3"], problems


def test_unreachable_node_is_named_by_its_text() -> None:
    assert "No answer leads to “Reboot.”" in sentences(with_node("n9", fix("Reboot.")))


def test_all_problems_are_told_at_once() -> None:
    tree = with_node("n3", question("", ("Yes", "n99"), ("YES", "n1")))
    told = sentences(tree)
    assert "no text" in told
    assert "does not exist" in told
    assert "twice" in told
    assert "leads back" in told


def test_path_of_thirty_steps_and_its_fix_is_allowed_and_no_longer_one() -> None:
    assert problems_of(chain(31)) == ()
    assert "comes after 31 steps" in sentences(chain(32))


def test_two_hundred_steps_are_allowed_and_no_more() -> None:
    def wide(questions: int) -> FlowTree:
        nodes = {
            f"n{at}": question(f"Q{at}?", ("Yes", f"n{at}f"), *_next(at, questions))
            for at in range(questions)
        }
        fixes = {f"n{at}f": fix("Fixed.") for at in range(questions)}
        return FlowTree("n0", nodes | fixes)

    def _next(at: int, questions: int) -> list[tuple[str, str]]:
        return [(f"{child}", f"n{child}") for child in range(8 * at + 1, min(8 * at + 9, questions))]

    assert problems_of(wide(100)) == ()
    assert "has 202 steps; 200 is the most" in sentences(wide(101))


def test_depth_is_the_longest_way_to_a_node_that_several_answers_lead_to() -> None:
    tree = chain(32)
    root = question("Question 1?", ("Yes", "n2"), ("No", "n32"))
    assert "comes after 31 steps" in sentences(FlowTree("n1", {**tree.nodes, "n1": root}))


def test_very_deep_tree_is_told_rather_than_exhausting_the_stack() -> None:
    assert "comes after 4999 steps" in sentences(chain(5000))


def test_long_text_is_shortened_in_the_sentence() -> None:
    (problem,) = problems_of(with_node("n4", question("Is it " + "very " * 40 + "old?")))
    assert "…”" in problem.sentence
    assert len(problem.sentence) < 140


def test_flow_that_only_escalates_is_valid() -> None:
    assert problems_of(FlowTree("n1", {"n1": escalation("Call the network team.")})) == ()
