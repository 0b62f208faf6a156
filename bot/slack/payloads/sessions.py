"""Clicks in the thread of a session, and what is filled in about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.proposals import MessageRef
from bot.slack.ids import ANSWER_ACTIONS, CHECK_ACTIONS, VALUE, Action, Field, SessionTurn, SessionVerb
from bot.slack.mrkdwn import written
from bot.slack.payloads.envelopes import Person, Reply, is_in_modal, person, reply_to
from bot.slack.views.blocks import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClick:
    """A button or menu that carries a session and the turn that the person saw."""

    by: Person
    at: SessionTurn
    trigger_id: str
    reply: Reply
    in_modal: bool = False


@dataclass(frozen=True, slots=True)
class AnswerClick:
    """`option` counts from 0."""

    click: SessionClick
    option: int


@dataclass(frozen=True, slots=True)
class CheckClick:
    """`number` of the suggested check counts from 0."""

    click: SessionClick
    number: int


@dataclass(frozen=True, slots=True)
class MoreClick:
    click: SessionClick
    verb: SessionVerb


@dataclass(frozen=True, slots=True, kw_only=True)
class StartClick:
    """Somebody wants to start a session, perhaps about a message, in its thread."""

    by: Person
    trigger_id: str
    problem: str = ""
    thread: MessageRef | None = None
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSubmitted:
    """`key` is unique to the form; without `thread_ts` the thread is to be opened in the channel."""

    by: Person
    key: str
    problem: str
    ticket: str | None
    domain: str | None
    channel: str
    thread_ts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSubmitted:
    """A form about a session: what stands in each of its blocks, empty where nothing does."""

    by: Person
    at: SessionTurn
    values: Mapping[str, str]


def session_click(body: Json, workspace_id: str) -> SessionClick:
    return _click(body, workspace_id, SessionTurn.parse(body["actions"][0]["value"]))


def answer_click(body: Json, workspace_id: str) -> AnswerClick:
    option = ANSWER_ACTIONS.index(Action(body["actions"][0]["action_id"]))
    return AnswerClick(session_click(body, workspace_id), option)


def check_click(body: Json, workspace_id: str) -> CheckClick:
    number = CHECK_ACTIONS.index(Action(body["actions"][0]["action_id"]))
    return CheckClick(session_click(body, workspace_id), number)


def more_click(body: Json, workspace_id: str) -> MoreClick:
    verb, _, at = body["actions"][0]["selected_option"]["value"].partition(":")
    return MoreClick(_click(body, workspace_id, SessionTurn.parse(at)), SessionVerb(verb))


def start_click(body: Json, workspace_id: str) -> StartClick:
    return StartClick(
        by=person(body, workspace_id), trigger_id=body["trigger_id"], in_modal=is_in_modal(body)
    )


def troubleshoot_chosen(body: Json, workspace_id: str) -> StartClick:
    message = body["message"]
    thread = MessageRef(body["channel"]["id"], str(message.get("thread_ts") or message["ts"]))
    return StartClick(
        by=person(body, workspace_id),
        trigger_id=body["trigger_id"],
        problem=written(str(message.get("text") or "")),
        thread=thread,
    )


def start_submitted(body: Json, workspace_id: str) -> StartSubmitted:
    view, values = body["view"], _values(body)
    channel, _, thread_ts = (view.get("private_metadata") or "").partition(":")
    return StartSubmitted(
        by=person(body, workspace_id),
        key=view["id"],
        problem=values[Field.PROBLEM],
        ticket=values[Field.TICKET].strip() or None,
        domain=values[Field.DOMAIN] or None,
        channel=channel or values[Field.CHANNEL],
        thread_ts=thread_ts or None,
    )


def session_submitted(body: Json, workspace_id: str) -> SessionSubmitted:
    return SessionSubmitted(
        by=person(body, workspace_id),
        at=SessionTurn.parse(body["view"]["private_metadata"]),
        values=_values(body),
    )


def _click(body: Json, workspace_id: str, at: SessionTurn) -> SessionClick:
    return SessionClick(
        by=person(body, workspace_id),
        at=at,
        trigger_id=body["trigger_id"],
        reply=reply_to(body, workspace_id),
        in_modal=is_in_modal(body),
    )


def _values(body: Json) -> dict[str, str]:
    return {block: _held(elements[VALUE]) for block, elements in body["view"]["state"]["values"].items()}


def _held(element: Json) -> str:
    """What was written or chosen, several values with a comma between them; empty when nothing was."""
    if several := element.get("selected_options"):
        return ",".join(each["value"] for each in several)
    chosen = (element.get("selected_option") or {}).get("value")
    named = element.get("selected_user") or element.get("selected_conversation")
    return str(element.get("value") or chosen or named or "")
