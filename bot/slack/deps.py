"""What the listeners have at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from bot.domain.ports import Clock, Recounter, ScriptAdviser
from bot.slack.api import SlackApi
from bot.slack.messenger import SlackMessenger
from bot.slack.people import People
from bot.slack.running import Running
from storage.database import Database

Ack: TypeAlias = Callable[..., Awaitable[object]]
"""Bolt's acknowledgement; it takes what Slack shows at once."""


DECISIONS_AT_ONCE = 3
"""Clicks that are decided on beside each other. A burst of them takes turns, instead of all database connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDeps:
    """`new_reference` gives a few characters by which a failure is found again in the log.

    `writes_scripts`: a model may be asked for scripts.
    `script_adviser` asks other programs about scripts, where there are such.
    `has_guide`: the workers have a model that proposes steps in sessions.
    `recounter` reads conversations; without one rules do.
    """

    database: Database
    clock: Clock
    api: SlackApi
    messenger: SlackMessenger
    people: People
    new_reference: Callable[[], str]
    writes_scripts: bool = False
    script_adviser: ScriptAdviser | None = None
    has_guide: bool = False
    recounter: Recounter | None = None
    running: Running = field(default_factory=Running)
    deciding: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, DECISIONS_AT_ONCE))
