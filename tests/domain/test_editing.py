"""A draft in work: undo, whose it is, and what becomes of it when its proposal grows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.editing import (
    MAX_UNDO,
    CarryOverError,
    Edited,
    EditingDraft,
    NothingToUndoError,
    Subject,
    merged_drafts,
)
from bot.domain.flows import FlowDraft
from bot.domain.tree_edits import NewStep, add_step, delete_step
from bot.domain.trees import Evidence, FlowTree, NodeKind
from tests.domain.trees_made import NOON, trees, vpn_tree

BASE = FlowDraft(title="VPN drops", summary="It drops.", tree=vpn_tree())


def a_draft(**changes: object) -> EditingDraft:
    draft = EditingDraft(
        id=1,
        subject=Subject(Edited.PROPOSAL, 7),
        base_version=1,
        revision=1,
        member_id="U1",
        content=BASE,
        base=BASE,
        undo=(),
        started_at=NOON,
        updated_at=NOON,
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def reworded(draft: FlowDraft, node_id: str, text: str) -> FlowDraft:
    node = replace(draft.tree.nodes[node_id], text=text)
    return replace(draft, tree=FlowTree(draft.tree.root, {**draft.tree.nodes, node_id: node}))


def with_fix(draft: FlowDraft, node_id: str, label: str, text: str) -> FlowDraft:
    step = NewStep(kind=NodeKind.RESOLUTION, text=text)
    return replace(draft, tree=add_step(draft.tree, node_id, label, step))


@given(titles=st.lists(st.text(max_size=3), max_size=MAX_UNDO))
def test_undoing_everything_gives_back_every_draft(titles: list[str]) -> None:
    drafts = [a_draft()]
    for title in titles:
        drafts.append(drafts[-1].changed(replace(BASE, title=title), now=NOON))
    distinct = [each.content for at, each in enumerate(drafts) if not at or each is not drafts[at - 1]]
    current = drafts[-1]
    for content in reversed(distinct[:-1]):
        before = current.revision
        current = current.undone(now=NOON)
        assert (current.content, current.revision) == (content, before + 1)
    with pytest.raises(NothingToUndoError):
        current.undone(now=NOON)


def test_undo_is_bounded_and_forgotten_ids_stay_used() -> None:
    draft = a_draft()
    for number in range(MAX_UNDO + 5):
        draft = draft.changed(replace(BASE, title=str(number)), now=NOON)
    assert len(draft.undo) == MAX_UNDO
    gone = a_draft().changed(replace(BASE, tree=delete_step(BASE.tree, "n2")), now=NOON)
    assert "n2" in gone.used_ids


def test_a_draft_is_somebodys_until_nothing_happens_for_a_while() -> None:
    changed = a_draft().changed(replace(BASE, title="x"), now=NOON)
    assert a_draft().can_be_taken_over(NOON)
    assert not changed.can_be_taken_over(NOON + timedelta(minutes=14))
    assert changed.can_be_taken_over(NOON + timedelta(minutes=15))


@given(tree=trees())
def test_a_draft_without_changes_becomes_the_new_version(tree: FlowTree) -> None:
    theirs = replace(BASE, tree=tree, title="New")
    assert merged_drafts(BASE, BASE, theirs) == theirs


@given(mine=trees(), base=trees())
def test_when_only_mine_changed_mine_is_what_counts(mine: FlowTree, base: FlowTree) -> None:
    began, edited = replace(BASE, tree=base), replace(BASE, tree=mine)
    nodes = merged_drafts(began, edited, began).tree.nodes
    for node_id, node in nodes.items():
        assert replace(node, evidence=frozenset()) == replace(mine.nodes[node_id], evidence=frozenset())
    assert set(nodes) == set(mine.nodes)


def test_both_sides_changes_are_kept_and_new_steps_stay_apart() -> None:
    mine = with_fix(reworded(BASE, "n3", "Lower the MTU to 1300."), "n2", "Maybe", "My fix.")
    theirs = with_fix(BASE, "n1", "Unknown", "Their fix.")
    grown = replace(theirs.tree.nodes["n3"], evidence=frozenset({Evidence(3, 1)}))
    theirs = replace(theirs, tree=FlowTree("n1", {**theirs.tree.nodes, "n3": grown}))
    merged = a_draft().changed(mine, now=NOON).carried_over(theirs, 2, now=NOON)
    tree = merged.content.tree
    assert (merged.base_version, merged.base) == (2, theirs)
    assert tree.nodes["n3"] == replace(grown, text="Lower the MTU to 1300.")
    assert tree.nodes[tree.nodes["n1"].options[-1].next].text == "Their fix."
    assert tree.nodes[tree.nodes["n2"].options[-1].next].text == "My fix."
    assert merged.undone(now=NOON).content == theirs


def test_what_both_changed_is_named_and_nothing_is_merged() -> None:
    mine = replace(reworded(BASE, "n1", "Split?"), title="Mine")
    with pytest.raises(CarryOverError) as error:
        merged_drafts(BASE, mine, replace(reworded(BASE, "n1", "Is it split?"), title="Theirs"))
    assert error.value.names == ("“Is split tunnelling on?”", "the title")


def test_a_step_that_one_side_deleted_and_the_other_changed_is_no_simple_case() -> None:
    mine = replace(BASE, tree=delete_step(BASE.tree, "n2"))
    with pytest.raises(CarryOverError):
        merged_drafts(BASE, mine, reworded(BASE, "n2", "On a cable?"))
