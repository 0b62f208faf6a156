"""Somebody speaks to FlowPilot: the command's words are understood here, and everything else is met with help."""

from __future__ import annotations

from bot.slack.commands import (
    Asked,
    DigestAsked,
    FlowsAsked,
    GapsAsked,
    HelpAsked,
    QueueAsked,
    ScriptAsked,
    SessionsAsked,
    SettingsAsked,
    StartAsked,
    StatsAsked,
    UnknownDomain,
    UnknownPeriod,
    understand,
    understand_start,
)
from bot.slack.deps import Ack, SlackDeps
from bot.slack.listeners.digests import handle_digest_asked
from bot.slack.listeners.flows import handle_flows_asked
from bot.slack.listeners.gaps import handle_gaps_asked
from bot.slack.listeners.queue import handle_queue_asked
from bot.slack.listeners.scripts import handle_script_asked
from bot.slack.listeners.sessions import (
    asks_for_help,
    handle_problem_mentioned,
    handle_replied,
    handle_sessions_asked,
    handle_start_asked,
    took_as_answer,
)
from bot.slack.listeners.settings import handle_settings_asked
from bot.slack.listeners.stats import handle_stats_asked
from bot.slack.payloads.conversation import CommandTyped, DirectMessage, Mentioned, ThreadReply
from bot.slack.views.blocks import Json
from bot.slack.views.help import (
    help_message,
    unknown_domain_message,
    unknown_period_message,
)


async def handle_command_typed(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    asked = understand(command.text)
    match asked:
        case StatsAsked():
            await handle_stats_asked(command, asked, ack, deps)
        case StartAsked():
            await handle_start_asked(command, asked, ack, deps)
        case SessionsAsked():
            await handle_sessions_asked(command, ack, deps)
        case GapsAsked():
            await handle_gaps_asked(command, asked, ack, deps)
        case QueueAsked():
            await handle_queue_asked(command, ack, deps)
        case FlowsAsked():
            await handle_flows_asked(command, asked, ack, deps)
        case SettingsAsked():
            await handle_settings_asked(command, ack, deps)
        case ScriptAsked():
            await handle_script_asked(command, ack, deps)
        case DigestAsked():
            await handle_digest_asked(command, ack, deps)
        case _:
            await ack(response_type="ephemeral", **_answer_to(asked))


async def handle_mentioned(mention: Mentioned, _ack: Ack, deps: SlackDeps) -> None:
    """In the thread of a session an answer; else a problem begins a session. Anything else is met with help."""
    if not mention.is_from_person:
        return
    asked = understand_start(mention.words)
    if not asks_for_help(mention.words) and await took_as_answer(mention, deps):
        return
    if isinstance(asked, StartAsked) and not asks_for_help(asked.problem):
        await handle_problem_mentioned(mention, asked, deps)
    else:
        await deps.messenger.say(
            mention.by.workspace_id,
            mention.channel,
            help_message(),
            key=f"help:{mention.channel}:{mention.ts}",
            thread_ts=mention.thread_ts,
        )


async def handle_message_written(message: DirectMessage | ThreadReply, _ack: Ack, deps: SlackDeps) -> None:
    match message:
        case DirectMessage():
            await handle_direct_message(message, deps)
        case ThreadReply():
            await handle_replied(message, deps)


async def handle_direct_message(message: DirectMessage, deps: SlackDeps) -> None:
    """An answer in a session's thread; else help, once a day at most: whoever writes more has understood by then."""
    if message.is_from_person and not await took_as_answer(message, deps):
        key = f"help:{message.by.id}:{deps.clock.now():%Y-%m-%d}"
        await deps.messenger.say(message.by.workspace_id, message.channel, help_message(), key=key)


def _answer_to(asked: Asked) -> Json:
    match asked:
        case UnknownPeriod(word=word):
            return unknown_period_message(word)
        case UnknownDomain(words=words):
            return unknown_domain_message(words)
        case HelpAsked(not_understood=text, meant=meant):
            return help_message(text, meant)
    return help_message()
