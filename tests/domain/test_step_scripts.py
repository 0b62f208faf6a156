"""How a flow names the template of a step, and where a script can stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scripts import MAX_TITLE, Language
from bot.domain.step_scripts import TemplateName
from bot.domain.tree_edits import EditRefusedError, StepGoneError, give_script
from bot.domain.trees import FlowTree
from tests.domain.trees_made import action, fix, question
from tests.storage.makers import a_recipe

TREE = FlowTree(
    "n1",
    {
        "n1": question("Is it on?", ("No", "n2"), ("Yes", "n3")),
        "n2": action("Restart it.", ("Done", "n3"), script="Restart-Computer"),
        "n3": fix("Done."),
    },
)


@given(title=st.text(min_size=1, max_size=MAX_TITLE).filter(str.strip), language=st.sampled_from(Language))
def test_a_name_is_read_back_whatever_the_title(title: str, language: Language) -> None:
    recipe = a_recipe(title=title, language=language)
    name = TemplateName.parse(f" {TemplateName.of(recipe)}\n")
    assert name == TemplateName.of(recipe)
    assert name.is_of(recipe)


@pytest.mark.parametrize(
    "script",
    [
        "Restart-Service -Name Spooler",
        "echo Template: Restart a service (bash)",
        "Template: Restart a service (cmd)",
        "Template: Restart a service",
        "Template:  (bash)",
        f"Template: {'x' * (MAX_TITLE + 1)} (bash)",
        "Template: one (bash)\nTemplate: two (bash)",
        "",
    ],
)
def test_what_is_no_name_is_statements(script: str) -> None:
    assert TemplateName.parse(script) is None


def test_a_name_is_found_in_other_capitals_and_not_in_another_language() -> None:
    name = TemplateName.parse("Template: empty a FOLDER (Bash)")
    assert name
    assert name.is_of(a_recipe(title="Empty a folder"))
    assert not name.is_of(a_recipe(title="Empty a folder", language=Language.POWERSHELL))


def test_a_script_takes_the_place_of_the_one_before_and_nothing_else_changes() -> None:
    after = give_script(TREE, "n2", "Template: Restart (bash)")
    assert after.nodes["n2"].script == "Template: Restart (bash)"
    assert give_script(after, "n2", "Restart-Computer") == TREE


@pytest.mark.parametrize("node_id", ["n1", "n3"])
def test_only_something_to_do_has_a_script(node_id: str) -> None:
    with pytest.raises(EditRefusedError, match="is nothing to do, so it has no script"):
        give_script(TREE, node_id, "x")


def test_a_step_that_is_gone_gets_no_script() -> None:
    with pytest.raises(StepGoneError):
        give_script(TREE, "n9", "x")
