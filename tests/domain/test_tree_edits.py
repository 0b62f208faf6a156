"""Editing a tree step by step."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import FlowPilotError
from bot.domain.tree_edits import (
    NEW_STEP,
    Answer,
    EditField,
    EditRefusedError,
    NewStep,
    StepEdit,
    StepGoneError,
    above,
    add_step,
    begun_problems,
    below,
    delete_step,
    edit_step,
    insert_before,
    move_branch,
)
from bot.domain.trees import UNFINISHED, FlowTree, Node, NodeKind
from bot.domain.validation import problems_of
from tests.domain.trees_made import TEXTS, action, escalation, fix, question, trees, vpn_tree

SHORT = st.sampled_from(["Yes", "No", "It worked", "Maybe", " ", "x" * 76, "a\nb"])
KINDS = st.sampled_from(NodeKind)


def unshared() -> FlowTree:
    return FlowTree(
        "n1",
        {
            "n1": question("On?", ("Yes", "n2"), ("No", "n3")),
            "n2": question("Cable?", ("Yes", "n4"), ("No", "n5")),
            "n3": fix("Switch it on."),
            "n4": fix("Swap the cable."),
            "n5": escalation("Network team."),
        },
    )


def as_it_stands(node: Node, **changes: object) -> StepEdit:
    edit = StepEdit(
        kind=node.kind,
        text=node.text,
        help=node.help,
        expected=node.expected,
        script=node.script,
        answers=tuple(Answer(label=each.label, next=each.next, id=each.id) for each in node.options),
    )
    return replace(edit, **changes)  # type: ignore[arg-type]


def refused(error: EditRefusedError) -> list[tuple[EditField, int | None]]:
    return [(problem.field, problem.answer) for problem in error.problems]


@given(tree=trees(), text=TEXTS, data=st.data())
def test_no_edit_makes_a_wrong_tree_or_moves_an_id_or_evidence(
    tree: FlowTree, text: str, data: st.DataObject
) -> None:
    nodes = st.sampled_from(sorted(tree.nodes))
    node_id, other, label = data.draw(nodes), data.draw(nodes), data.draw(SHORT)
    instead = data.draw(st.none() | nodes)
    step = NewStep(kind=data.draw(KINDS), text=text, answer=data.draw(SHORT), next=instead)
    answers = data.draw(
        st.lists(st.builds(lambda words, to: Answer(label=words, next=to), SHORT, nodes), max_size=3)
    )
    edit = as_it_stands(tree.nodes[node_id])
    edit = replace(edit, text=text, answers=(*edit.answers, *answers))
    doings = [
        lambda: edit_step(tree, node_id, edit),
        lambda: add_step(tree, node_id, label, step),
        lambda: insert_before(tree, node_id, step),
        lambda: move_branch(tree, node_id, parent=other, label=label, instead=instead),
        lambda: delete_step(tree, node_id, instead=instead),
    ]
    try:
        after = data.draw(st.sampled_from(doings))()
    except EditRefusedError:
        return
    assert problems_of(after) == ()
    for kept in set(after.nodes) & set(tree.nodes):
        assert after.nodes[kept].evidence == tree.nodes[kept].evidence
        assert kept == node_id or after.nodes[kept].text == tree.nodes[kept].text


@given(tree=trees(), data=st.data())
def test_a_step_edited_to_what_it_is_gives_the_same_tree(tree: FlowTree, data: st.DataObject) -> None:
    node_id = data.draw(st.sampled_from(sorted(tree.nodes)))
    node = tree.nodes[node_id]
    plain = replace(
        node,
        text=node.text.strip(),
        help=(node.help or "").strip() or None,
        expected=(node.expected or "").strip() or None,
        options=tuple(replace(option, label=option.label.strip()) for option in node.options),
    )
    assert edit_step(tree, node_id, as_it_stands(node)).nodes[node_id] == plain


@given(tree=trees(), text=TEXTS)
def test_a_step_that_is_inserted_and_deleted_leaves_no_trace(tree: FlowTree, text: str) -> None:
    step = NewStep(kind=NodeKind.QUESTION, text=text, answer="Yes")
    for node_id in tree.nodes:
        inserted = insert_before(tree, node_id, step)
        (new,) = set(inserted.nodes) - set(tree.nodes)
        assert delete_step(inserted, new, instead=node_id) == tree


@given(tree=trees())
def test_above_is_the_reverse_of_below(tree: FlowTree) -> None:
    for one in tree.nodes:
        assert above(tree, one) == {other for other in tree.nodes if one in below(tree, other)}


def test_answers_keep_their_ids_when_they_are_renamed_ordered_and_joined_by_new_ones() -> None:
    tree = unshared()
    answers = (
        Answer(label="Not at all", next="n3", id="o2"),
        Answer(label="Sometimes", next="n4"),
        Answer(label="Yes", next="n2", id="o1"),
    )
    after = edit_step(tree, "n1", as_it_stands(tree.nodes["n1"], answers=answers))
    assert [(each.id, each.label, each.next) for each in after.nodes["n1"].options] == [
        ("o2", "Not at all", "n3"),
        ("o3", "Sometimes", "n4"),
        ("o1", "Yes", "n2"),
    ]


def test_each_problem_stands_at_its_field() -> None:
    tree = unshared()
    answers = (
        Answer(label="", next="n2", id="o1"),
        Answer(label="x" * 76, next="n1", id="o2"),
        Answer(label="Yes", next="n9"),
        Answer(label=" yes", next="n3"),
    )
    with pytest.raises(EditRefusedError) as error:
        edit_step(tree, "n1", as_it_stands(tree.nodes["n1"], text=" ", answers=answers))
    assert refused(error.value) == [
        (EditField.TEXT, None),
        (EditField.LABEL, 0),
        (EditField.LABEL, 1),
        (EditField.NEXT, 1),
        (EditField.NEXT, 2),
        (EditField.LABEL, 3),
    ]


def test_an_answer_that_leads_elsewhere_does_not_lose_the_steps_behind_it() -> None:
    tree = unshared()
    answers = (Answer(label="Yes", next="n3", id="o1"), Answer(label="No", next="n3", id="o2"))
    with pytest.raises(EditRefusedError, match="No answer would lead to “Cable") as error:
        edit_step(tree, "n1", as_it_stands(tree.nodes["n1"], answers=answers))
    assert refused(error.value) == [(EditField.NEXT, 0)]


def test_an_end_that_becomes_a_question_needs_an_answer() -> None:
    tree = unshared()
    with pytest.raises(EditRefusedError) as error:
        edit_step(tree, "n3", as_it_stands(tree.nodes["n3"], kind=NodeKind.QUESTION))
    assert refused(error.value) == [(EditField.KIND, None)]


def test_a_branch_is_added_behind_a_new_answer_with_an_id_that_was_never_used() -> None:
    step = NewStep(kind=NodeKind.RESOLUTION, text="Restart it.")
    after = add_step(unshared(), "n2", "Not sure", step, used=["n8"])
    assert after.nodes["n9"] == fix("Restart it.")
    assert after.nodes["n2"].options[-1].next == "n9"
    with pytest.raises(EditRefusedError) as error:
        add_step(unshared(), "n2", "yes ", step)
    assert refused(error.value) == [(EditField.LABEL, None)]


def test_a_new_question_needs_an_answer_that_leads_on_and_not_back() -> None:
    step = NewStep(kind=NodeKind.QUESTION, text="Which colour?")
    with pytest.raises(EditRefusedError) as error:
        add_step(unshared(), "n2", "Not sure", step)
    assert refused(error.value) == [(EditField.LABEL, 0), (EditField.NEXT, 0)]
    with pytest.raises(EditRefusedError) as error:
        add_step(unshared(), "n2", "Not sure", replace(step, answer="Red", next="n1"))
    assert refused(error.value) == [(EditField.NEXT, 0)]


def test_a_step_comes_before_all_ways_to_another() -> None:
    after = insert_before(vpn_tree(), "n3", NewStep(kind=NodeKind.ACTION, text="Read the MTU", answer="Done"))
    assert [each.next for each in after.nodes["n1"].options] == ["n2", "n5"]
    assert [each.next for each in after.nodes["n2"].options] == ["n4", "n5"]
    assert after.nodes["n5"] == action("Read the MTU", ("Done", "n3"))


def test_a_branch_moves_with_all_below_it() -> None:
    tree = unshared()
    longer = FlowTree(
        "n0",
        {**tree.nodes, "n0": question("Is it ours?", ("Yes", "n1"), ("No", "n6")), "n6": fix("Ask them.")},
    )
    after = move_branch(longer, "n2", parent="n0", label="Unknown")
    assert [each.label for each in after.nodes["n1"].options] == ["No"]
    assert after.nodes["n0"].options[-1].next == "n2"
    assert below(after, "n2") == below(tree, "n2")


def test_a_branch_does_not_move_below_itself_nor_leave_a_question_without_answers() -> None:
    with pytest.raises(EditRefusedError) as error:
        move_branch(unshared(), "n1", parent="n2", label="x")
    assert refused(error.value) == [(EditField.PARENT, None)]
    with pytest.raises(EditRefusedError) as error:
        move_branch(unshared(), "n2", parent="n2", label="x")
    assert refused(error.value) == [(EditField.PARENT, None)]
    tree = FlowTree(
        "n1",
        {
            "n1": question("A", ("Yes", "n2"), ("No", "n3")),
            "n2": question("B", ("Yes", "n4")),
            "n3": fix("C"),
            "n4": fix("D"),
        },
    )
    with pytest.raises(EditRefusedError) as error:
        move_branch(tree, "n4", parent="n1", label="x")
    assert refused(error.value) == [(EditField.INSTEAD, None)]
    assert move_branch(tree, "n4", parent="n1", label="x", instead="n3").nodes["n2"].options[0].next == "n3"


def test_a_step_is_deleted_with_its_branch_or_leads_on() -> None:
    assert set(delete_step(unshared(), "n2").nodes) == {"n1", "n3"}
    led = delete_step(unshared(), "n2", instead="n4")
    assert set(led.nodes) == {"n1", "n3", "n4"}
    assert led.nodes["n1"].options[0].next == "n4"
    assert delete_step(unshared(), "n1", instead="n2").root == "n2"


def test_a_shared_step_outlives_the_branch_that_is_deleted() -> None:
    assert set(delete_step(vpn_tree(), "n2").nodes) == {"n1", "n3"}


@pytest.mark.parametrize(("node_id", "instead"), [("n1", None), ("n2", "n1"), ("n2", "n2")])
def test_what_cannot_be_deleted_so(node_id: str, instead: str | None) -> None:
    with pytest.raises(EditRefusedError) as error:
        delete_step(unshared(), node_id, instead=instead)
    assert refused(error.value) == [(EditField.INSTEAD, None)]


def test_a_step_that_is_gone_is_named_so() -> None:
    with pytest.raises(StepGoneError):
        delete_step(unshared(), "n9")
    assert issubclass(StepGoneError, FlowPilotError)


def test_answers_lead_to_steps_that_are_still_to_be_written() -> None:
    tree = unshared()
    more = (Answer(label="Perhaps", next=NEW_STEP), Answer(label="Never", next=NEW_STEP))
    edit = as_it_stands(tree.nodes["n1"])
    after = edit_step(tree, "n1", replace(edit, answers=(*edit.answers, *more)), used=["n6"])
    assert [option.next for option in after.nodes["n1"].options] == ["n2", "n3", "n7", "n8"]
    assert after.nodes["n7"] == after.nodes["n8"] == UNFINISHED
    assert after.unfinished == (6, 7)
    assert problems_of(after, may_be_unfinished=True) == ()
    assert [problem.node for problem in problems_of(after)] == ["n7", "n8"]
    new = NewStep(kind=NodeKind.QUESTION, text="Which?", answer="Red", next=NEW_STEP)
    added = add_step(tree, "n2", "Else", new)
    assert added.nodes["n6"].options[0].next == "n7"
    assert added.nodes["n7"] == UNFINISHED


def test_the_beginning_of_a_flow_is_checked() -> None:
    assert begun_problems("Is it on?", ["Yes", "No"]) == {}
    assert set(begun_problems(" ", [])) == {EditField.TEXT, EditField.LABEL}
    assert "same" in begun_problems("Is it on?", ["Yes", "yes"])[EditField.LABEL]
    assert "75" in begun_problems("Is it on?", ["x" * 76])[EditField.LABEL]
    assert "10 answers" in begun_problems("Is it on?", [str(at) for at in range(11)])[EditField.LABEL]
