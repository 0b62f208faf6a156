"""Trees as text that people edit: what is written reads back, and what is wrong is told with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidTreeError
from bot.domain.outline_text import from_outline, to_outline
from bot.domain.trees import Evidence, FlowTree, NodeKind
from bot.domain.validation import problems_of
from tests.domain.trees_made import LETTERS, action, escalation, fix, question, trees, vpn_tree

EXAMPLE = """\
Is split tunnelling on?
  Yes: Does it drop on a cable too?
    Yes: #1 = Replace the cable
    No: > Restart the adapter
      It helped: = Keep an eye on it
      It did not: -> #1
  "Error: 720": ! Hand over to the network team"""


def told(text: str, base: FlowTree | None = None) -> list[tuple[int | None, str]]:
    with pytest.raises(InvalidTreeError) as caught:
        from_outline(text, base=base)
    return [(problem.line, problem.sentence) for problem in caught.value.problems]


@given(trees())
def test_outline_reads_back_as_the_same_tree(tree: FlowTree) -> None:
    assert from_outline(to_outline(tree), base=tree) == tree


@given(trees())
def test_outline_needs_no_base_to_have_the_same_shape(tree: FlowTree) -> None:
    text = to_outline(tree)
    assert to_outline(from_outline(text)) == text


@given(st.text(LETTERS + " \n:", max_size=80), trees())
def test_any_text_gives_a_valid_tree_or_its_problems(text: str, base: FlowTree) -> None:
    with suppress(InvalidTreeError):
        assert problems_of(from_outline(text, base=base)) == ()


def test_example_reads_as_it_looks() -> None:
    tree = from_outline(EXAMPLE)
    kinds = {node.text: node.kind for node in tree.nodes.values()}
    assert kinds == {
        "Is split tunnelling on?": NodeKind.QUESTION,
        "Does it drop on a cable too?": NodeKind.QUESTION,
        "Replace the cable": NodeKind.RESOLUTION,
        "Restart the adapter": NodeKind.ACTION,
        "Keep an eye on it": NodeKind.RESOLUTION,
        "Hand over to the network team": NodeKind.ESCALATION,
    }
    assert [option.label for option in tree.nodes[tree.root].options] == ["Yes", "Error: 720"]
    assert to_outline(tree) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE.replace("  ", "\t"),
        EXAMPLE.replace("  ", "    "),
        EXAMPLE.replace("\n", "\n\n"),
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE.replace("-> #1", "-> replace the cable"),
        EXAMPLE.replace("-> #1", "→ #1"),
        EXAMPLE.replace('"Error: 720"', "“Error: 720”"),
        EXAMPLE.replace("= Keep", "=Keep").replace("Yes: Does", "Yes:Does"),
    ],
)
def test_other_ways_to_write_the_same_are_read(text: str) -> None:
    assert from_outline(text) == from_outline(EXAMPLE)


def test_question_that_begins_like_a_mark_is_marked_as_a_question() -> None:
    tree = FlowTree("n1", {"n1": question("> 5 errors?", ("Yes", "n2")), "n2": fix("= 5")})
    assert to_outline(tree) == "? > 5 errors?\n  Yes: = = 5"


def rich_tree() -> FlowTree:
    return FlowTree(
        "n1",
        {
            "n1": question("On?", ("Yes", "n2"), ("No", "n3"), evidence=frozenset({Evidence(1, 0)})),
            "n2": action(
                "Restart it.", ("Worked", "n4"), ("Failed", "n5"), script="Restart-Service", help="As admin."
            ),
            "n3": fix("Turn it on.", evidence=frozenset({Evidence(2, 1)})),
            "n4": fix("Done."),
            "n5": escalation("Hand over."),
        },
    )


def test_reworded_step_keeps_its_id_evidence_and_script() -> None:
    base = rich_tree()
    edited = from_outline(
        to_outline(base).replace("On?", "Is it on?").replace("Restart it.", "Restart the spooler."), base=base
    )
    assert edited.nodes["n1"].text == "Is it on?"
    assert edited.nodes["n1"].evidence == base.nodes["n1"].evidence
    assert edited.nodes["n2"].text == "Restart the spooler."
    assert (edited.nodes["n2"].script, edited.nodes["n2"].help) == ("Restart-Service", "As admin.")


def test_moved_step_keeps_its_id_and_the_inserted_one_is_new() -> None:
    base = rich_tree()
    text = "On?\n  Yes: Is it new?\n    No: > Restart it.\n      Worked: = Done.\n      Failed: ! Hand over.\n    Yes: = Return it.\n  No: = Turn it on."
    edited = from_outline(text, base=base)
    assert edited.nodes["n1"].options[0].next == "n6"
    assert [option.next for option in edited.nodes["n6"].options] == ["n2", "n7"]
    assert edited.nodes["n2"] == base.nodes["n2"]


def test_relabelled_answer_keeps_its_id() -> None:
    edited = from_outline(to_outline(rich_tree()).replace("Worked", "It worked"), base=rich_tree())
    assert edited.nodes["n2"].options[0].id == "o1"
    assert edited.nodes["n2"].options[0].label == "It worked"


def test_removed_branch_is_gone() -> None:
    edited = from_outline("On?\n  No: = Turn it on.", base=rich_tree())
    assert set(edited.nodes) == {"n1", "n3"}
    assert edited.nodes["n1"].options[0].id == "o2"


def test_question_turned_into_a_fix_loses_what_belonged_to_the_question() -> None:
    edited = from_outline("On?\n  Yes: = Buy another one.\n  No: = Turn it on.", base=rich_tree())
    assert edited.nodes["n1"].options[0].next == "n6"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "The outline is empty"),
        ("  \n\n", None, "The outline is empty"),
        ("On?", 1, "“On?” has no answers"),
        ("On?\n  Off", 2, "has no answer in front"),
        ("On?\n  Yes:", 2, "says nothing after the answer"),
        ("On?\n  Yes: =", 2, "says nothing after the answer"),
        ("On?\n  Yes: = A\n  = B", 3, "has no answer in front"),
        ("On?\n    Yes: = A\n  No: = B", 3, "does not line up"),
        ("On?\n  Yes: = A\nOff?", 3, "is a second first step"),
        ("-> #1", 1, "is the first step"),
        ("On?\n  Yes: ->", 2, "leads nowhere"),
        ("On?\n  Yes: -> #4", 2, "leads to #4, but no step is marked"),
        ("On?\n  Yes: = A\n  No: = A\n  Maybe: -> A", 4, "several steps are marked or worded so"),
        ("On?\n  Yes: #1 = A\n  No: #1 = B", 3, "uses the mark #1 a second time"),
        ("On?\n  Yes: #1 = A\n  No: -> #1\n    Yes: = B", 4, "stands below a line with ->"),
        ("On?\n  Yes: = A\n    No: = B", 2, "ends the flow"),
        ("#1 On?\n  Yes: -> #1", 1, "leads back"),
        ("On?\n  Yes: Replace it", 2, "A fix begins with “=”"),
        ("On?\n  Yes: = A\n  yes: = B", 1, "twice"),
    ],
)
def test_bad_line_is_told_with_its_number_and_the_reason(text: str, line: int | None, reason: str) -> None:
    problems = told(text)
    assert any(at == line and reason in sentence for at, sentence in problems), problems
    assert line is None or all(f"Line {at}" in sentence for at, sentence in problems)


def test_all_bad_lines_are_told_at_once() -> None:
    assert [line for line, _ in told("On?\n  Yes\n  No:\n    x: = A\n  Maybe: -> #7\n  Off")] == [2, 3, 6]


def test_outline_of_the_vpn_flow() -> None:
    assert to_outline(vpn_tree()) == (
        "Is split tunnelling on?\n"
        "  Yes: Does it drop on a cable too?\n"
        "    Yes: ! Hand over to the network team.\n"
        "    No: #1 = Lower the MTU to 1350.\n"
        "  No: -> #1"
    )
