"""Somebody speaks to FlowPilot: the command's words are understood here, and everything else is met with help."""

from __future__ import annotations

from bot.slack.commands import (
    Asked,
    DigestAsked,
    FlowsAsked,
    HelpAsked,
    NotYetAsked,
    QueueAsked,
    SettingsAsked,
    StatsAsked,
    UnknownDomain,
    UnknownPeriod,
    understand,
)
from bot.slack.deps import Ack, SlackDeps
from bot.slack.listeners.digests import handle_digest_asked
from bot.slack.listeners.flows import handle_flows_asked
from bot.slack.listeners.queue import handle_queue_asked
from bot.slack.listeners.settings import handle_settings_asked
from bot.slack.listeners.stats import handle_stats_asked
from bot.slack.payloads.conversation import CommandTyped, DirectMessage, Mentioned
from bot.slack.views.blocks import Json
from bot.slack.views.help import (
    help_message,
    not_yet_message,
    unknown_domain_message,
    unknown_period_message,
)


async def handle_command_typed(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    asked = understand(command.text)
    match asked:
        case StatsAsked():
            await handle_stats_asked(command, asked, ack, deps)
        case QueueAsked():
            await handle_queue_asked(command, ack, deps)
        case FlowsAsked():
            await handle_flows_asked(command, asked, ack, deps)
        case SettingsAsked():
            await handle_settings_asked(command, ack, deps)
        case DigestAsked():
            await handle_digest_asked(command, ack, deps)
        case _:
            await ack(response_type="ephemeral", **_answer_to(asked))


async def handle_mentioned(mention: Mentioned, _ack: Ack, deps: SlackDeps) -> None:
    if mention.is_from_person:
        await deps.messenger.say(
            mention.by.workspace_id,
            mention.channel,
            help_message(),
            key=f"help:{mention.channel}:{mention.ts}",
            thread_ts=mention.thread_ts,
        )


async def handle_direct_message(message: DirectMessage, _ack: Ack, deps: SlackDeps) -> None:
    """Once a day at most: whoever writes several messages has understood after the first answer."""
    if message.is_from_person:
        key = f"help:{message.by.id}:{deps.clock.now():%Y-%m-%d}"
        await deps.messenger.say(message.by.workspace_id, message.channel, help_message(), key=key)


def _answer_to(asked: Asked) -> Json:
    match asked:
        case NotYetAsked(command=command):
            return not_yet_message(command)
        case UnknownPeriod(word=word):
            return unknown_period_message(word)
        case UnknownDomain(words=words):
            return unknown_domain_message(words)
        case HelpAsked(not_understood=text):
            return help_message(text)
    return help_message()
