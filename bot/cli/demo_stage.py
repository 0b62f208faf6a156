"""A sandbox workspace with FlowPilot in it, and the sample sessions to fill it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import running
from bot.domain.errors import FlowPilotError
from bot.domain.members import Member, Role
from bot.domain.proposals import Approve, Proposal, ProposalKind, ProposalStatus
from bot.domain.records import parse_record
from bot.domain.sessions import SessionSource
from bot.offline import SystemClock, analyst_of, open_database
from bot.sandbox import (
    CommandConfig,
    Completion,
    Message,
    Sandbox,
    SandboxConfig,
    ShortcutConfig,
    serve_sandbox,
)
from bot.sandbox.samples import sample_sessions
from bot.services.analysis import analyze_pending, count_pending
from bot.services.proposals import decide_proposal, list_proposals
from bot.services.uniting import unite_everywhere
from bot.settings import Settings
from bot.slack.ids import COMMAND, VersionedId
from bot.slack.manifest import SHORTCUT_WORDS
from bot.slack.views.help import USAGE_HINT
from storage.database import Database

ADA = Member(id="U0ADMIN01", name="Ada Reyes", role=Role.ADMIN)
CHLOE = Member(id="U0ADMIN02", name="Chloe Marsh", role=Role.ADMIN)
REVIEW_CHANNEL, DIGEST_CHANNEL = "C0REVIEW01", "C0DIGEST01"

WORKSPACE = SandboxConfig(
    commands=(
        CommandConfig(
            COMMAND,
            "Troubleshoot, numbers, review queue",
            USAGE_HINT,
            (
                Completion("start", "Troubleshoot a problem, step by step"),
                Completion("sessions", "Your own sessions"),
                Completion("stats 30d", "Numbers of the last 30 days"),
                Completion("stats 90d share", "Numbers of the last 90 days, for everybody in this channel"),
                Completion("gaps 30d", "Where knowledge is missing"),
                Completion("queue", "What waits for a review"),
                Completion("flows", "The published flows, or those that fit some words"),
                Completion("script", "A PowerShell or bash script from a template"),
                Completion("digest", "This week so far"),
                Completion("settings", "Who decides, channels, digest, limits"),
                Completion("help", "What FlowPilot can do"),
            ),
        ),
    ),
    message_shortcuts=tuple(
        ShortcutConfig(shortcut.value, words) for shortcut, (words, _) in SHORTCUT_WORDS.items()
    ),
)
"""A sandbox that offers what works."""

LEARNT_BEFORE = 0.6
"""Share of the samples that the team of the demo has learnt from already; the rest arrives when the demo opens."""
LEFT_WAITING = 3
"""New flows of that time which nobody has decided on."""
MANY = 10_000
PATIENCE_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, slots=True)
class Stage:
    """The sandbox, FlowPilot's database behind it, and the settings that connect the two."""

    sandbox: Sandbox
    database: Database
    settings: Settings

    @property
    def workspace_id(self) -> str:
        return self.sandbox.config.team_id

    async def work_through_samples(self) -> None:
        """Ninety days in fast motion: most of the sessions are learnt and decided on, the last ones just came in."""
        records = sample_sessions(now=SystemClock().now())
        before = round(len(records) * LEARNT_BEFORE)
        await self.bring(records[:before])
        waiting = await self.waiting()
        for proposal in [each for each in waiting if each.kind is ProposalKind.NEW_FLOW][LEFT_WAITING:]:
            await self.approve(proposal)
        await self.bring(records[before:])

    async def bring(self, records: Sequence[dict[str, object]]) -> int:
        """Import the records and analyse what they hold. Returns how many were new."""
        added = await self.add(records)
        await self.analyse()
        return added

    async def add(self, records: Sequence[dict[str, object]]) -> int:
        now = SystemClock().now()
        sessions = [parse_record(record, source=SessionSource.IMPORT, now=now) for record in records]
        async with self.database.transaction(self.workspace_id) as tx:
            return await tx.sessions.add_many(sessions, now=now)

    async def analyse(self) -> int:
        """Analyse until nothing waits, not even what FlowPilot's own clock took its share of. Returns our share."""
        analysed = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await count_pending(self.database):
                analysed += await analyze_pending(
                    self.database, analyst_of(self.settings), SystemClock(), limit=MANY
                )
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        await unite_everywhere(self.database, SystemClock())
        return analysed

    async def waiting(self) -> list[Proposal]:
        return await list_proposals(self.database, self.workspace_id, status=ProposalStatus.PENDING)

    async def until_cards_stand(self) -> list[Message]:
        """Wait until every waiting proposal has a card of its present version; the cards, oldest proposal first."""
        wanted = [str(VersionedId(each.id, each.version)) for each in await self.waiting()]

        def cards() -> list[Message]:
            posted = self.sandbox.messages(REVIEW_CHANNEL)
            found = (
                [message for message in posted if f"'{value}'" in str(message.blocks)] for value in wanted
            )
            return [messages[-1] for messages in found if messages]

        await self.sandbox.until(lambda: len(cards()) == len(wanted), PATIENCE_SECONDS)
        return cards()

    async def approve(self, proposal: Proposal) -> None:
        request = Approve(by=CHLOE, seen_version=proposal.version)
        await decide_proposal(self.database, self.workspace_id, proposal.id, request, now=SystemClock().now())


class PortTakenError(FlowPilotError):
    """Another program listens on the demo's port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")


@asynccontextmanager
async def demo_stage(*, port: int = 0) -> AsyncIterator[Stage]:
    """FlowPilot running in a sandbox at this port, over Socket Mode, with a database that is gone afterwards.

    Raises:
        PortTakenError: another program listens there.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="flowpilot-"))
        try:
            sandbox = await stack.enter_async_context(serve_sandbox(WORKSPACE, port=port))
        except OSError as error:
            raise PortTakenError(port) from error
        settings = _settings(sandbox, Path(folder))
        database = await stack.enter_async_context(open_database(settings))
        product = running(settings, database, intake=True, work=True, seconds_between_messages=0)
        await stack.enter_async_context(product)
        yield Stage(sandbox, database, settings)


def _settings(sandbox: Sandbox, folder: Path) -> Settings:
    """Settings that know nothing of the environment: validation, unlike construction, does not look there."""
    return Settings.model_validate(
        {
            "data_dir": folder,
            "slack_bot_token": sandbox.config.bot_token,
            "slack_app_token": sandbox.config.app_token,
            "slack_api_url": sandbox.api_url,
            "admins": (ADA.id, CHLOE.id),
            "review_channel": REVIEW_CHANNEL,
            "digest_channel": DIGEST_CHANNEL,
            "FLOWPILOT_PORT": 0,
        }
    )
