"""Block Kit's blocks as plain dicts. Every text is cut to what Slack takes; none is ever empty."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from bot.slack.ids import VALUE, Action, Field
from bot.slack.mrkdwn import fit, plain, size

Json: TypeAlias = dict[str, Any]

HEADER, SECTION, BUTTON, ALT_TEXT, MODAL_TITLE, LABEL, HINT = 150, 3000, 75, 2000, 24, 2000, 2000
OPTION = 75
PLACEHOLDER = 150
RADIO_BUTTONS = 6
CONFIRM_TITLE, CONFIRM, CONFIRM_BUTTON = 100, 300, 30
INPUT = 3000
MESSAGE_TEXT = 3900
"""Characters of a message's text: `chat.update` refuses more than 4,000."""
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
EMPTY = "\N{EN DASH}"
"""Stands where there is nothing to say: Slack refuses empty texts."""


def mrkdwn(text: str, limit: int = SECTION) -> Json:
    """Escaped text. `verbatim` keeps Slack from turning "@channel" or "#name" in it into mentions."""
    return {"type": "mrkdwn", "text": fit(text, limit) if text.strip() else EMPTY, "verbatim": True}


def plain_text(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": plain(text, limit) or EMPTY, "emoji": False}


def header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, HEADER)}


def section(text: str, accessory: Json | None = None) -> Json:
    block: Json = {"type": "section", "text": mrkdwn(text)}
    return block if accessory is None else {**block, "accessory": accessory}


def sections(label: str, lines: Sequence[str]) -> Iterator[Json]:
    """The lines under their label, in as many sections as their length takes."""
    gathered = f"*{label}*"
    for line in lines or ["Nothing is kept of these."]:
        if size(gathered) + size(line) + 1 > SECTION:
            yield section(gathered)
            gathered = line
        else:
            gathered = f"{gathered}\n{line}"
    yield section(gathered)


def context(text: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Json:
    return {"type": "divider"}


def image(file_id: str, alt: str) -> Json:
    """An uploaded file, shown to everybody who sees the message."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": plain(alt, ALT_TEXT) or EMPTY}


def button(
    words: str,
    action: Action,
    value: str,
    *,
    primary: bool = False,
    label: str | None = None,
    confirm: tuple[str, str] | None = None,
) -> Json:
    """`label` is what a screen reader says when the words alone are not enough.

    `confirm` is a question, and what happens on a yes: for what is not easily undone.
    """
    block: Json = {
        "type": "button",
        "text": plain_text(words, BUTTON),
        "action_id": action.value,
        "value": value,
    }
    if primary:
        block["style"] = "primary"
    if label:
        block["accessibility_label"] = plain(label, BUTTON)
    if confirm:
        question, consequence = confirm
        block["confirm"] = {
            "title": plain_text(question, CONFIRM_TITLE),
            "text": plain_text(consequence, CONFIRM),
            "confirm": plain_text(words, CONFIRM_BUTTON),
            "deny": plain_text("Cancel", CONFIRM_BUTTON),
        }
    return block


def actions(elements: Sequence[Json]) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(action: Action, label: str, words: Mapping[str, str], initial: str) -> Json:
    """A menu with one of several words chosen, each under its value. `label` is for screen readers."""
    options = _options(words)
    return {
        "type": "static_select",
        "action_id": action.value,
        "placeholder": plain_text(label, PLACEHOLDER),
        "options": options,
        "initial_option": next(each for each in options if each["value"] == initial),
    }


def checkbox(action: Action, words: str, value: str) -> Json:
    """One box to tick. The words say of what: a screen reader does not look beside the box."""
    return {"type": "checkboxes", "action_id": action.value, "options": _options({value: words})}


def _options(words: Mapping[str, str]) -> list[Json]:
    return [{"text": plain_text(shown, OPTION), "value": str(value)} for value, shown in words.items()]


def text_input(
    field: str,
    label: str,
    initial: str = "",
    *,
    multiline: bool = False,
    limit: int = INPUT,
    hint: str | None = None,
    optional: bool = False,
) -> Json:
    """A field to write in; `field` names its block."""
    element: Json = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "multiline": multiline,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = initial
    block: Json = {
        "type": "input",
        "block_id": field,
        "label": plain_text(label, LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, HINT)
    return block


def input_of(
    field: str, label: str, element: Json, *, hint: str | None = None, optional: bool = False
) -> Json:
    """A field of a modal around any element that holds something."""
    block: Json = {
        "type": "input",
        "block_id": str(field),
        "label": plain_text(label, LABEL),
        "element": {"action_id": VALUE, **element},
        "optional": optional,
    }
    return {**block, "hint": plain_text(hint, HINT)} if hint else block


def channel_input(
    field: Field, label: str, *, hint: str, initial: str | None = None, optional: bool = False
) -> Json:
    """A choice among the channels that the person sees."""
    element: Json = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if initial:
        element["initial_conversation"] = initial
    return input_of(field, label, element, hint=hint, optional=optional)


def people_input(field: Field, label: str, initial: Sequence[str], *, hint: str) -> Json:
    """A choice of people of the workspace."""
    element: Json = {"type": "multi_users_select"}
    if initial:
        element["initial_users"] = list(initial)
    return input_of(field, label, element, hint=hint)


def person_input(
    field: Field, label: str, *, hint: str, initial: str | None = None, optional: bool = False
) -> Json:
    """A choice of one person of the workspace."""
    chosen = {"initial_user": initial} if initial else {}
    return input_of(field, label, {"type": "users_select", **chosen}, hint=hint, optional=optional)


def moment_input(field: Field, label: str, initial: datetime | None) -> Json:
    """A choice of a day and a time, in the reader's own time zone."""
    chosen = {"initial_date_time": int(initial.timestamp())} if initial else {}
    return input_of(field, label, {"type": "datetimepicker", **chosen})


def menu(action: Action, words: Mapping[str, str]) -> Json:
    """What is seldom needed, behind three dots: at most five words, each under its value."""
    options = [{"text": plain_text(shown, OPTION), "value": value} for value, shown in words.items()]
    return {"type": "overflow", "action_id": action.value, "options": options}


def number_input(
    field: Field,
    label: str,
    initial: int | None,
    *,
    bounds: tuple[int, int],
    hint: str,
    optional: bool = False,
) -> Json:
    """A whole number within the bounds, which are included."""
    least, most = bounds
    element: Json = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(least),
        "max_value": str(most),
    }
    if initial is not None:
        element["initial_value"] = str(initial)
    return input_of(field, label, element, hint=hint, optional=optional)


def choice_input(
    field: str,
    label: str,
    words: Mapping[str, str],
    initial: str | None = None,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> Json:
    """One of several words, each under its value: all in sight while they are few."""
    options = _options(words)
    element: Json = {
        "type": "radio_buttons" if len(options) <= RADIO_BUTTONS else "static_select",
        "options": options,
    }
    if initial is not None:
        element["initial_option"] = next(each for each in options if each["value"] == initial)
    return input_of(field, label, element, hint=hint, optional=optional)


def several_input(field: Field, label: str, words: Mapping[str, str], *, hint: str) -> Json:
    """Any of up to a hundred words, each under its value, from a list; none may be chosen."""
    element: Json = {"type": "multi_static_select", "options": _options(words)}
    return input_of(field, label, element, hint=hint, optional=True)


def checkboxes_input(
    field: Field, label: str, words: Mapping[str, str], ticked: Collection[str], *, hint: str
) -> Json:
    """Any of up to ten words, each under its value; none may be ticked."""
    options = _options(words)
    element: Json = {"type": "checkboxes", "options": options}
    if initial := [each for each in options if each["value"] in ticked]:
        element["initial_options"] = initial
    return input_of(field, label, element, hint=hint, optional=True)


def modal(
    title: str,
    blocks: Sequence[Json],
    *,
    submit: str | None = None,
    callback: str | None = None,
    metadata: str | None = None,
) -> Json:
    """A modal; without `submit` there is only something to read. `metadata` comes back with the submission."""
    view: Json = {
        "type": "modal",
        "title": plain_text(title, MODAL_TITLE),
        "close": plain_text("Cancel" if submit else "Close", MODAL_TITLE),
        "blocks": list(blocks)[:VIEW_BLOCKS],
    }
    if submit:
        view["submit"] = plain_text(submit, MODAL_TITLE)
    if callback:
        view["callback_id"] = callback
    if metadata:
        view["private_metadata"] = metadata
    return view


def message(text: str, blocks: Sequence[Json] = ()) -> Json:
    """A message: a sentence for notifications and screen readers, and blocks for everybody else."""
    sentence: Json = {"text": fit(text, MESSAGE_TEXT) if text.strip() else EMPTY}
    return {**sentence, "blocks": list(blocks)[:MESSAGE_BLOCKS]} if blocks else sentence
