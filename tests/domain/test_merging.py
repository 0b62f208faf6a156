"""What a session adds to a tree. Whatever the alignment says, the result is a valid tree or a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.analysis import AlignedStep
from bot.domain.merging import (
    Branch,
    Conflict,
    Merged,
    MergeRefusedError,
    TreeChange,
    compare,
    merge,
    shortened,
)
from bot.domain.sessions import Session, Step, StepKind
from bot.domain.trees import Evidence, FlowTree, NodeKind, Option
from bot.domain.troubleshooting import NOT_WORKED, WORKED
from bot.domain.validation import problems_of
from tests.domain.trees_made import ALIGNED, SESSIONS, a_session, a_step, fix, question, trees, vpn_tree


def aligned(*nodes: str | None) -> list[AlignedStep]:
    return [AlignedStep(step, node, "") for step, node in enumerate(nodes)]


def new_session() -> Session:
    return a_session(
        a_step("Is split tunnelling on?", "No"), a_step("Old client?", "Yes"), resolution="Update it."
    )


def test_first_session_becomes_a_tree_of_its_own() -> None:
    merged = merge(None, new_session(), aligned(None, None, None))
    assert [(node_id, node.text) for node_id, node, _ in merged.tree.walk()] == [
        ("n1", "Is split tunnelling on?"),
        ("n2", "Old client?"),
        ("n3", "Update it."),
    ]
    assert merged.tree.nodes["n3"].kind is NodeKind.RESOLUTION
    assert merged.tree.nodes["n3"].evidence == {Evidence(1, 2)}
    assert merged.change.added == ("n1", "n2", "n3")
    assert not merged.change.only_adds_branches


def test_session_that_followed_the_tree_adds_evidence_only() -> None:
    session = a_session(a_step("Split tunnel active?", "no"))
    merged = merge(vpn_tree(), session, aligned("n1", "n3"))
    assert merged.change.is_nothing
    assert merged.tree.nodes["n1"].evidence == {Evidence(1, 0)}
    assert merged.tree.nodes["n3"].evidence == {Evidence(1, 1)}


def test_unknown_answer_becomes_a_branch() -> None:
    session = a_session(a_step("Is split tunnelling on?", "Not sure"), a_step("Which client?", "Old"))
    merged = merge(vpn_tree(), session, aligned("n1", None, None))
    assert merged.change == TreeChange(added=("n5", "n6"), branches=(Branch("n1", "Not sure", "n5"),))
    assert merged.change.only_adds_branches
    assert merged.tree.nodes["n5"].options[0].next == "n6"


def test_unknown_answer_may_lead_to_a_known_fix() -> None:
    session = a_session(a_step("Is split tunnelling on?", "Not sure"))
    merged = merge(vpn_tree(), session, aligned("n1", "n3"))
    assert merged.change == TreeChange(branches=(Branch("n1", "Not sure", "n3"),))


def fix_in_vain() -> Session:
    tried = Step(
        kind=StepKind.ACTION,
        prompt="lower the MTU to 1350",
        options=(WORKED, NOT_WORKED),
        choice=NOT_WORKED,
    )
    return a_session(
        a_step("Is split tunnelling on?", "No"), tried, a_step("Old client?", "Yes"), resolution="Update"
    )


@pytest.mark.parametrize("told", [aligned("n1", None, None, None), aligned("n1")])
def test_fix_that_did_not_help_becomes_an_action_that_leads_on(told: list[AlignedStep]) -> None:
    before = vpn_tree()
    told = [*told, AlignedStep(2, None, ""), AlignedStep(3, None, "")]
    merged = merge(before, fix_in_vain(), told)
    action = merged.tree.nodes["n5"]
    fix_id = before.nodes["n1"].options[1].next
    assert (action.kind, action.text) == (NodeKind.ACTION, before.nodes[fix_id].text)
    assert [(option.label, option.next) for option in action.options] == [
        (WORKED, fix_id),
        (NOT_WORKED, "n6"),
    ]
    assert [merged.tree.nodes[node].text for node in ("n6", "n7")] == ["Old client?", "Update"]
    assert not merged.change.only_adds_branches
    assert not problems_of(merged.tree)
    assert merge(merged.tree, fix_in_vain(), told).change.is_nothing


def test_another_fix_in_vain_is_a_conflict() -> None:
    session = fix_in_vain()
    steps = (session.steps[0], replace(session.steps[1], prompt="Restart"), *session.steps[2:])
    merged = merge(vpn_tree(), replace(session, steps=steps), aligned("n1", None, None, None))
    assert merged.change.is_nothing
    assert merged.conflicts


def test_known_answer_is_never_led_elsewhere_and_the_conflict_is_told() -> None:
    merged = merge(vpn_tree(), new_session(), aligned("n1", None, None))
    assert merged.change.is_nothing
    assert merged.conflicts == (Conflict("n1", "No", 1),)
    assert merged.unplaced == (1, 2)


def test_skipped_question_is_no_conflict() -> None:
    session = a_session(a_step("Is split tunnelling on?", "Yes"), resolution="Hand over.")
    deeper = FlowTree("n1", {**vpn_tree().nodes, "n4": fix("Replace the cable.")})
    merged = merge(deeper, session, aligned("n1", "n4"))
    assert merged.change.is_nothing
    assert merged.conflicts == ()


def test_session_that_begins_in_the_middle_supports_what_it_asked() -> None:
    session = a_session(a_step("On a cable too?", "Maybe"), resolution="Replace the dock.")
    merged = merge(vpn_tree(), session, aligned("n2", None))
    assert merged.change.branches == (Branch("n2", "Maybe", "n5"),)


def test_questions_before_the_first_one_come_before_it() -> None:
    session = a_session(a_step("Is it only you?", "Yes"), a_step("Is split tunnelling on?", "No"))
    merged = merge(vpn_tree(), session, aligned(None, "n1", "n3"))
    assert merged.tree.root == "n5"
    assert merged.tree.nodes["n5"].options[0].next == "n1"
    assert merged.change.changed == ("n1",)
    assert not merged.change.only_adds_branches


def test_question_left_out_of_the_alignment_stays_out_of_the_tree() -> None:
    session = a_session(a_step("Is it only you?", "Yes"), a_step("Is split tunnelling on?", "No"))
    steps = [AlignedStep(1, "n1", ""), AlignedStep(2, "n3", "")]
    assert merge(vpn_tree(), session, steps).change.is_nothing


def test_step_backwards_makes_no_cycle() -> None:
    session = a_session(a_step("On a cable too?", "Never"), a_step("Split tunnelling?", "No"))
    merged = merge(vpn_tree(), session, aligned("n2", "n1", "n3"))
    assert merged.change.is_nothing
    assert problems_of(merged.tree) == ()


def test_skipped_step_is_left_out_and_free_text_becomes_the_label() -> None:
    session = a_session(
        a_step("Skipped?", None),
        Step(
            kind=StepKind.ACTION, prompt="Restart it.", answer_text="it came   back\nafter " + "a while " * 20
        ),
    )
    tree = merge(None, session, aligned(None, None, None)).tree
    (option,) = tree.nodes["n1"].options
    assert tree.nodes["n1"].kind is NodeKind.ACTION
    assert option.label.startswith("it came back after a while")
    assert len(option.label) <= 75


def test_ids_continue_after_the_highest() -> None:
    tree = FlowTree("n1", {"n1": question("Old?", ("Yes", "n40")), "n40": fix("Update.")})
    merged = merge(tree, a_session(a_step("Old?", "No")), aligned("n1", None))
    assert merged.change.added == ("n41",)
    assert merged.tree.nodes["n1"].options[1].id == "o2"


@pytest.mark.parametrize(
    ("session", "told"),
    [
        (a_session(a_step("Old?", "Yes"), resolution=" "), "without a word"),
        (a_session(a_step("Old?", None)), "no answered step"),
        (a_session(), "no answered step"),
    ],
)
def test_session_that_teaches_nothing_is_refused(session: Session, told: str) -> None:
    with pytest.raises(MergeRefusedError, match=told):
        merge(None, session, [])


def test_session_that_shares_no_step_is_refused() -> None:
    with pytest.raises(MergeRefusedError, match="shares no step"):
        merge(vpn_tree(), new_session(), aligned(None, None, None))


def test_eleventh_answer_is_left_out_and_what_was_asked_counts() -> None:
    full = FlowTree(
        "n1", {"n1": question("Which?", *((f"A{at}", "n2") for at in range(10))), "n2": fix("Done.")}
    )
    merged = merge(full, a_session(a_step("Which?", "B")), aligned("n1", "n2"))
    assert merged.change.is_nothing
    assert merged.tree.nodes["n1"].evidence == {Evidence(1, 0)}
    assert (merged.crowded_out, merged.unplaced) == ((0,), ())


def test_question_before_the_first_of_a_tree_that_is_deep_enough_is_left_out() -> None:
    deep = {f"n{at}": question(f"Q{at}?", ("Yes", f"n{at + 1}")) for at in range(1, 31)}
    tree = FlowTree("n1", {**deep, "n31": fix("Done.")})
    session = a_session(a_step("Is it only you?", "Yes"), a_step("Q1?", "Yes"))
    merged = merge(tree, session, aligned(None, "n1", "n31"))
    assert (merged.tree.root, merged.crowded_out, merged.unplaced) == ("n1", (0,), (0,))


def test_path_that_gets_too_long_is_refused() -> None:
    steps = [a_step(f"Question {at}?", "Yes") for at in range(31)]
    with pytest.raises(MergeRefusedError, match="comes after 31 steps"):
        merge(None, a_session(*steps), aligned(*[None] * 32))


def test_two_hundred_and_first_node_is_left_out() -> None:
    nodes = {f"n{at}": question(f"Q{at}?", ("Yes", f"n{at + 1}"), ("No", "n500")) for at in range(1, 20)}
    more = {f"n{at}": fix("Done.") for at in range(20, 200)}
    nodes["n1"] = question("Q1?", ("Yes", "n2"), ("No", "n500"))
    wide = {
        f"n{at}": question(
            f"Q{at}?", ("Yes", f"n{at + 1}"), *((f"A{k}", f"n{20 + (at - 1) * 9 + k}") for k in range(9))
        )
        for at in range(1, 20)
    }
    tree = FlowTree("n1", nodes | wide | more | {"n200": fix("Done."), "n20": fix("Done.")})
    tree = FlowTree("n1", {node_id: node for node_id, node, _ in tree.walk()})
    room = 200 - len(tree.nodes)
    steps = [a_step("Q1?", "Other"), *(a_step(f"New {at}?", "Yes") for at in range(room))]
    merged = merge(tree, a_session(*steps), aligned("n1", *[None] * (room + 1)))
    assert merged.change.is_nothing
    assert merged.crowded_out == (0,)
    assert merged.unplaced == tuple(range(1, room + 2))


@given(trees(), SESSIONS, ALIGNED)
def test_any_alignment_gives_a_valid_tree_or_a_refusal(
    tree: FlowTree, session: Session, steps: list[AlignedStep]
) -> None:
    merged = _merged_or_none(tree, session, steps)
    if merged is None:
        return
    assert problems_of(merged.tree) == ()
    assert not merged.change.removed
    for node_id, node in tree.nodes.items():
        after = merged.tree.nodes[node_id]
        kept = after.options[: len(node.options)]
        assert [_leading_past_trials(option, merged.tree) for option in kept] == list(node.options)
        assert (after.text, after.help, after.kind) == (node.text, node.help, node.kind)
        assert node.evidence <= after.evidence
    assert compare(tree, merged.tree) == merged.change


def _leading_past_trials(option: Option, tree: FlowTree) -> Option:
    """The answer as it was before a fix behind it became an action that tries it."""
    target = tree.nodes[option.next]
    worked = target.option_labelled(WORKED)
    is_trial = 77 in {evidence.session_id for evidence in target.evidence}
    return replace(option, next=worked.next) if worked and is_trial else option


@given(SESSIONS, ALIGNED)
def test_any_session_alone_gives_a_valid_tree_or_a_refusal(
    session: Session, steps: list[AlignedStep]
) -> None:
    merged = _merged_or_none(None, session, steps)
    if merged is not None:
        assert problems_of(merged.tree) == ()
        assert merged.tree.session_ids == {session.id}


@given(SESSIONS)
def test_session_merged_into_its_own_tree_changes_nothing(session: Session) -> None:
    everything = aligned(*[None] * (len(session.steps) + 1))
    merged = _merged_or_none(None, session, everything)
    if merged is None:
        return
    placed = {
        evidence.step: node_id for node_id, node in merged.tree.nodes.items() for evidence in node.evidence
    }
    again = merge(
        merged.tree, session, [AlignedStep(step, placed.get(step), "") for step in range(len(everything))]
    )
    assert again.tree == merged.tree
    assert again.change.is_nothing


@given(st.text(min_size=1).map(str.strip).filter(bool), st.integers(10, 40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    assert 0 < len(shortened(text, limit)) <= limit


def test_shortened_text_never_cuts_a_placeholder() -> None:
    assert shortened("The owner is <e-mail address> today", 24) == "The owner is…"


def test_evidence_alone_is_no_change() -> None:
    tree = vpn_tree()
    supported = merge(tree, a_session(a_step("Split?", "No")), aligned("n1", "n3")).tree
    assert compare(tree, supported).is_nothing


def test_reworded_removed_and_reordered_steps_are_changes() -> None:
    tree = vpn_tree()
    reworded = FlowTree("n1", {**tree.nodes, "n3": fix("Lower the MTU.")})
    assert compare(tree, reworded).changed == ("n3",)
    swapped = replace(tree.nodes["n1"], options=tree.nodes["n1"].options[::-1])
    assert compare(tree, FlowTree("n1", {**tree.nodes, "n1": swapped})).changed == ("n1",)
    smaller = FlowTree("n2", {node_id: tree.nodes[node_id] for node_id in ("n2", "n3", "n4")})
    assert compare(tree, smaller).removed == ("n1",)


def _merged_or_none(tree: FlowTree | None, session: Session, steps: list[AlignedStep]) -> Merged | None:
    try:
        return merge(tree, session, steps)
    except MergeRefusedError:
        return None
