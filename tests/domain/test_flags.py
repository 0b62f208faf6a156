"""Which flags still stand."""

from dataclasses import replace

from bot.domain.flags import open_flags
from bot.domain.flows import Flow, FlowOrigin
from bot.domain.sessions import FlowPlace
from bot.domain.trees import FlowTree, Option
from bot.domain.troubleshooting import Flag
from tests.domain.test_flow_use import a_version
from tests.domain.test_troubleshooting import BEN, TREE, begun


def with_node(tree: FlowTree, node_id: str, **changes: object) -> FlowTree:
    node = replace(tree.nodes[node_id], **changes)  # type: ignore[arg-type]
    return FlowTree(tree.root, {**tree.nodes, node_id: node})


FLAG = Flag(step=1, note="n2", by=BEN, place=FlowPlace(7, 1, "n2"))
LIVE = replace(
    begun(),
    flags=(
        FLAG,
        replace(FLAG, note="n1", place=FlowPlace(7, 1, "n1")),
        replace(FLAG, note="elsewhere", place=FlowPlace(8, 1, "n1")),
        replace(FLAG, note="no flow asked", place=None),
    ),
)


def standing(*trees: FlowTree) -> list[str]:
    """The notes that stand once the flow has had these trees, one a version."""
    versions = [a_version(number, tree) for number, tree in enumerate(trees, 1)]
    flow = Flow(id=7, origin=FlowOrigin.MANUAL, current=versions[-1])
    return [flag.note for _, flag in open_flags(flow, versions, [LIVE])]


def test_flags_come_in_the_order_of_the_steps() -> None:
    assert standing(TREE) == ["n1", "n2"]


def test_a_step_whose_words_or_answers_changed_is_mended() -> None:
    assert standing(TREE, with_node(TREE, "n1", help="Look at the lamp")) == ["n2"]
    more = (*TREE.nodes["n2"].options, Option("o2", "It did not", "n3"))
    assert standing(TREE, with_node(TREE, "n2", options=more)) == ["n1"]
    assert standing(TREE, with_node(TREE, "n4", text="Ask again")) == ["n1", "n2"]


def test_a_flag_stands_again_when_the_flow_is_rolled_back() -> None:
    assert standing(TREE, with_node(TREE, "n1", text="Is it plugged in?"), TREE) == ["n1", "n2"]


def test_a_step_that_is_gone_has_no_flag() -> None:
    root = replace(TREE.nodes["n1"], options=(Option("o2", "No", "n3"),))
    assert standing(TREE, FlowTree("n1", {"n1": root, "n3": TREE.nodes["n3"]})) == []
