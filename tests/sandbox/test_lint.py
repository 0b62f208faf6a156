"""The linter: every limit, at its edge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import Problem, lint_message, lint_view
from tests.sandbox.conftest import a_button, a_modal, a_section, actions, an_input, plain

Block = dict[str, Any]


def a_message(*blocks: Any, text: str = "New flow") -> Block:
    return {"text": text, "blocks": list(blocks)}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def an_option(value: str = "all", text: str = "All", **more: Any) -> Block:
    return {"text": plain(text), "value": value, **more}


def a_select(*options: Block, **more: Any) -> Block:
    return {
        "type": "static_select",
        "action_id": "queue.domain",
        "options": list(options or [an_option()]),
        **more,
    }


def a_choice(kind: str, count: int) -> Block:
    return {"type": kind, "action_id": "pick", "options": [an_option(str(number)) for number in range(count)]}


def beside(accessory: Block) -> Block:
    return {**a_section(), "accessory": accessory}


def an_image(**more: Any) -> Block:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A tree", **more}


def with_confirm(**more: Any) -> Block:
    words = {
        "title": plain("Sure?"),
        "text": mrkdwn("Cannot be undone"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    return actions({**a_button(), "confirm": {**words, **more}})


RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}],
}

GOOD = [
    a_section("x" * 3000),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("x")] * 9 + [an_image()]},
    actions(*(a_button(f"a{number}", "x" * 2000, "x" * 75) for number in range(25))),
    beside(a_select(*[an_option("x" * 150, "x" * 75)] * 100, placeholder=plain("x" * 150))),
    beside(a_select(an_option("a"), initial_option=an_option("a"))),
    beside(a_choice("checkboxes", 10)),
    beside(a_choice("radio_buttons", 10)),
    beside(a_choice("overflow", 5)),
    beside({"type": "multi_users_select", "action_id": "who"}),
    an_image(alt_text="x" * 2000, title=plain("x" * 2000)),
    an_input(initial_value="x" * 3000),
    {**an_input(), "optional": True, "dispatch_action": True, "hint": plain("x" * 2000)},
    with_confirm(title=plain("x" * 100), text=mrkdwn("x" * 300), confirm=plain("x" * 30)),
    RICH,
]


@pytest.mark.parametrize("block", GOOD)
def test_block_at_its_limit_passes(block: Block) -> None:
    assert lint_message(a_message(block)) == []


BAD: list[tuple[Any, str, str]] = [
    ("text", "", "must provide an object"),
    ({}, "", "missing required field: type"),
    ({"type": "file", "external_id": "F"}, "/type", "unsupported type: file"),
    ({"type": ["section"]}, "/type", "unsupported type"),
    (a_section(""), "/text/text", "must be more than 0"),
    (a_section("x" * 3001), "/text/text", "must be less than 3001"),
    ({"type": "section", "text": "plain"}, "/text", "must provide an object"),
    ({"type": "section", "text": {"type": "mrkdwn", "text": 7}}, "/text/text", "must provide a string"),
    (
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "/text",
        "no additional properties",
    ),
    ({"type": "section"}, "", "must define either text or fields"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/fields", "no more than 10"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/fields/0/text", "must be less than 2001"),
    ({**a_section(), "colour": "red"}, "", "no additional properties allowed: colour"),
    ({**a_section(), "block_id": "x" * 256}, "/block_id", "must be less than 256"),
    (beside(an_input()["element"]), "/accessory/type", "unsupported type: plain_text_input"),
    ({"type": "header", "text": plain("x" * 151)}, "/text/text", "must be less than 151"),
    ({"type": "header", "text": mrkdwn("x")}, "/text/type", "unsupported type: mrkdwn"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/elements", "no more than 10"),
    ({"type": "context", "elements": [a_button()]}, "/elements/0/type", "unsupported type: button"),
    (actions(), "/elements", "no fewer than 1"),
    (actions(*(a_button(f"a{n}") for n in range(26))), "/elements", "no more than 25"),
    (actions(a_button(), a_button()), "/elements/1/action_id", "duplicate action_id"),
    (actions(a_button(text="x" * 76)), "/elements/0/text/text", "must be less than 76"),
    (actions(a_button(value="x" * 2001)), "/elements/0/value", "must be less than 2001"),
    (actions({**a_button(), "style": "default"}), "/elements/0/style", "must be one of"),
    (actions({**a_button(), "text": mrkdwn("x")}), "/elements/0/text/type", "unsupported type"),
    (beside(a_select(an_option("x" * 151))), "/accessory/options/0/value", "must be less than 151"),
    (beside(a_select(an_option(text="x" * 76))), "/accessory/options/0/text/text", "must be less than 76"),
    (beside(a_select(*[an_option()] * 101)), "/accessory/options", "no more than 100"),
    (beside(a_select(initial_option=an_option("b"))), "/accessory", "initial option must match"),
    (beside({"type": "static_select", "action_id": "a"}), "/accessory", "must define exactly one"),
    (beside(a_choice("overflow", 6)), "/accessory/options", "no more than 5"),
    (beside(a_choice("checkboxes", 11)), "/accessory/options", "no more than 10"),
    (beside(a_choice("radio_buttons", 11)), "/accessory/options", "no more than 10"),
    (beside({"type": "datepicker", "initial_date": "1 May"}), "/accessory/initial_date", "a date like"),
    (an_image(alt_text=""), "/alt_text", "must be more than 0"),
    (an_image(alt_text="x" * 2001), "/alt_text", "must be less than 2001"),
    (an_image(slack_file={"id": "F1"}), "", "exactly one of image_url or slack_file"),
    ({"type": "image", "alt_text": "x", "slack_file": {}}, "/slack_file", "exactly one of id or url"),
    ({"type": "image", "image_url": "https://example.com"}, "", "missing required field: alt_text"),
    (an_input(initial_value="x" * 3001), "/element/initial_value", "must be less than 3001"),
    (an_input(max_length=3001), "/element/max_length", "whole number from 1 to 3000"),
    (an_input(min_length=9, max_length=3), "/element", "min_length must not be above"),
    (with_confirm(title=plain("x" * 101)), "/elements/0/confirm/title/text", "must be less than 101"),
    (with_confirm(text=mrkdwn("x" * 301)), "/elements/0/confirm/text/text", "must be less than 301"),
    (with_confirm(deny=plain("x" * 31)), "/elements/0/confirm/deny/text", "must be less than 31"),
    ({"type": "rich_text", "elements": [{"type": "text"}]}, "/elements/0/type", "unsupported type: text"),
]


@pytest.mark.parametrize(
    ("block", "pointer", "words"), BAD, ids=[f"{pointer} {words}" for _, pointer, words in BAD]
)
def test_block_beyond_its_limit_is_refused(block: Any, pointer: str, words: str) -> None:
    (problem,) = lint_message(a_message(block))
    assert (problem.error_code, problem.pointer) == ("invalid_blocks", f"/blocks/0{pointer}")
    assert words in problem.message


def test_message_has_at_most_50_blocks_with_different_ids() -> None:
    assert lint_message(a_message(*[a_section()] * 50)) == []
    (problem,) = lint_message(a_message(*[a_section()] * 51))
    assert str(problem) == "no more than 50 items allowed [json-pointer:/blocks]"
    twice = {**a_section(), "block_id": "same"}
    (problem,) = lint_message(a_message(twice, twice))
    assert problem == Problem("invalid_blocks", "/blocks/1/block_id", "duplicate block_id: same")


@pytest.mark.parametrize("text", ["", "  \n", None])
def test_message_needs_a_text_beside_its_blocks(text: Any) -> None:
    assert [problem.error_code for problem in lint_message({"text": text, "blocks": [a_section()]})] == [
        "no_text"
    ]


def test_text_length_depends_on_the_call() -> None:
    assert lint_message({"text": "x" * 40_000}) == []
    assert lint_message({"text": "x" * 40_001})[0].error_code == "msg_too_long"
    assert lint_message({"text": "x" * 4_001}, most_text=4_000)[0].error_code == "msg_too_long"


BAD_VIEWS = [
    (a_modal(title=plain("x" * 25)), "/view/title/text", "must be less than 25"),
    (a_modal(submit=plain("x" * 25)), "/view/submit/text", "must be less than 25"),
    (a_modal(close=plain("x" * 25)), "/view/close/text", "must be less than 25"),
    (a_modal(private_metadata="x" * 3001), "/view/private_metadata", "must be less than 3001"),
    (a_modal(callback_id="x" * 256), "/view/callback_id", "must be less than 256"),
    (a_modal(*[a_section()] * 101), "/view/blocks", "no more than 100"),
    (a_modal(hash="1.2"), "/view", "no additional properties allowed: hash"),
    ({name: part for name, part in a_modal().items() if name != "submit"}, "/view", "needs submit"),
    (
        {name: part for name, part in a_modal().items() if name != "title"},
        "/view",
        "missing required field: title",
    ),
    (
        {"type": "home", "blocks": [], "title": plain("Home")},
        "/view",
        "no additional properties allowed: title",
    ),
    ({"type": "workflow_step", "blocks": []}, "/view/type", "unsupported type"),
]


@pytest.mark.parametrize(("view", "pointer", "words"), BAD_VIEWS, ids=[words for _, _, words in BAD_VIEWS])
def test_view_beyond_its_limit_is_refused(view: Block, pointer: str, words: str) -> None:
    (problem,) = lint_view(view)
    assert (problem.error_code, problem.pointer) == ("invalid_arguments", pointer)
    assert words in problem.message


def test_view_at_its_limit_passes() -> None:
    words = {"title": plain("x" * 24), "submit": plain("x" * 24), "close": plain("x" * 24)}
    assert lint_view(a_modal(*[a_section()] * 100, **words, private_metadata="x" * 3000)) == []
    assert lint_view({"type": "home", "blocks": []}) == []


def test_view_is_at_most_250_kb() -> None:
    (problem,) = lint_view(a_modal(*[a_section("ö" * 1400)] * 100))
    assert problem.error_code == "view_too_large"


@given(text=st.text(max_size=200))
def test_button_text_passes_exactly_up_to_75_characters(text: str) -> None:
    assert (lint_message(a_message(actions(a_button(text=text)))) == []) == (1 <= len(text) <= 75)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "options",
                    "option_groups",
                    "initial_option",
                    "accessory",
                    "element",
                ]
            )
            | st.text(max_size=3),
            inner
            | st.sampled_from(
                ["section", "actions", "static_select", "input", "modal", "plain_text", "image"]
            ),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(value=json_values)
def test_linter_never_fails_on_what_json_can_say(value: Any) -> None:
    lint_message({"text": "x", "blocks": value})
    lint_view({"type": "modal", "title": value, "blocks": value})
    lint_view({"type": "home", "blocks": [value, {"type": "section", "accessory": value}]})
