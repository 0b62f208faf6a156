"""What the listeners have at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.domain.ports import Clock
from bot.slack.api import SlackApi
from bot.slack.messenger import SlackMessenger
from bot.slack.people import People
from bot.slack.running import Running
from storage.database import Database

Ack: TypeAlias = Callable[..., Awaitable[object]]
"""Bolt's acknowledgement; it takes what Slack shows at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDeps:
    """`new_reference` gives a few characters by which a failure is found again in the log."""

    database: Database
    clock: Clock
    api: SlackApi
    messenger: SlackMessenger
    people: People
    new_reference: Callable[[], str]
    running: Running = field(default_factory=Running)
