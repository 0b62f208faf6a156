"""The real Bolt application with the real database, connected to a sandbox workspace."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

import asyncpg
import pytest
from aiohttp import web

from bot.ai.outline import OutlineAnalyst
from bot.charts.pool import ChartPool
from bot.charts.registry import Chart
from bot.domain.cards import Picture
from bot.domain.flows import FlowDraft
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus
from bot.domain.scripts import Advice, Language
from bot.domain.workspaces import WorkspaceSettings
from bot.jobs.handlers import job_handlers
from bot.sandbox import Message, Sandbox, SandboxConfig, View, serve_sandbox
from bot.services.desk import Desk
from bot.services.proposals import show_proposal_card
from bot.services.workspaces import ensure_workspace
from bot.slack.api import OneWorkspace, SlackApi, open_session
from bot.slack.app import build_app
from bot.slack.deps import SlackDeps
from bot.slack.http import slack_endpoint
from bot.slack.messenger import SlackMessenger
from bot.slack.people import People
from bot.slack.socket_mode import run_socket_mode
from storage.database import Database
from storage.jobs import JOB_NAMED
from tests.storage.makers import a_draft, a_session

TEAM, REVIEW, SUPPORT, DIGEST = "T0SANDBOX", "C0REVIEW01", "C0SUPPORT1", "C0DIGEST01"
ADA, BEN, CHLOE = "U0ADMIN01", "U0ENGIN01", "U0ADMIN02"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
SUPPORT_IT = "UPDATE sessions SET proposal_id = $1 WHERE proposal_id IS NULL"
TAKE = (
    "DELETE FROM queue.pgqueuer WHERE id = (SELECT min(id) FROM queue.pgqueuer) RETURNING payload, entrypoint"
)


class ShiftedClock:
    """The machine's clock, which the sandbox uses too, moved by what the test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.ahead


class Sleeps:
    """Notes for how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class PlainCharts:
    """Pictures at once, and each one different."""

    def __init__(self) -> None:
        self._numbers = count(1)

    async def draw(self, chart: Chart, *_facts: object, **_more: object) -> Picture:
        return Picture(PNG + bytes([next(self._numbers)]), f"A picture of the {chart}.", f"{chart}.png")


class Advising:
    """A program outside that says the same about every script, nothing at first."""

    def __init__(self) -> None:
        self.advice: tuple[Advice, ...] = ()

    async def advise(self, _language: Language, _text: str, *, seconds: float) -> tuple[Advice, ...]:
        assert seconds > 0
        return self.advice


@dataclass
class Bot:
    """The bot under test, and what tests do with it."""

    sandbox: Sandbox
    database: Database
    deps: SlackDeps
    desk: Desk
    clock: ShiftedClock
    sleeps: Sleeps
    superuser: asyncpg.Connection
    disconnect: Callable[[], Awaitable[None]]
    adviser: Advising
    done: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """Do the jobs that wait, and those that they leave, one after the other."""
        handlers = job_handlers(self.desk)
        while row := await self.superuser.fetchrow(TAKE):
            payload: dict[str, Any] = json.loads(row["payload"])
            workspace_id, job = payload.pop("workspace_id"), JOB_NAMED[row["entrypoint"]]
            await handlers[job](workspace_id, job(**payload))
            self.done.append(row["entrypoint"])

    async def waiting_jobs(self) -> list[str]:
        rows = await self.superuser.fetch("SELECT entrypoint FROM queue.pgqueuer ORDER BY id")
        return [row["entrypoint"] for row in rows]

    async def settle(self) -> None:
        """Until no listener is under way and no job waits."""
        await self.deps.running.drain(10)
        await self.work()

    async def a_proposal(
        self, kind: ProposalKind = ProposalKind.NEW_FLOW, *, flow_id: int | None = None, **changes: Any
    ) -> Proposal:
        """A proposal that waits for a decision, with a session behind it and its card in the review channel."""
        draft = a_draft(**changes)
        proposal = await self._add_proposal(kind, draft, flow_id)
        await show_proposal_card(self.desk, TEAM, proposal.id)
        return await self.proposal(proposal.id)

    async def _add_proposal(self, kind: ProposalKind, draft: FlowDraft, flow_id: int | None) -> Proposal:
        now = self.clock.now()
        async with self.database.transaction(TEAM) as tx:
            await tx.sessions.add_many(
                [a_session(engineer=BEN, created_at=now - timedelta(hours=2), resolved_at=now)], now=now
            )
            proposal = await tx.proposals.add(
                kind=kind,
                status=ProposalStatus.PENDING,
                draft=draft,
                flow_id=flow_id,
                base_version=None if flow_id is None else 1,
                confidence=0.9,
                analyst="test-1",
                now=now,
            )
        await self.superuser.execute(SUPPORT_IT, proposal.id)
        return proposal

    async def proposal(self, proposal_id: int) -> Proposal:
        async with self.database.transaction(TEAM) as tx:
            return await tx.proposals.get(proposal_id)

    def cards(self) -> list[Message]:
        return self.sandbox.messages(REVIEW)

    def modal(self, user: str) -> View | None:
        return self.sandbox.person(user).top_view

    async def modal_with(self, user: str, words: str) -> View:
        """The person's modal, as soon as these words stand in it."""

        def shown() -> View | None:
            view = self.modal(user)
            return (
                view if view is not None and words in json.dumps(view.payload, ensure_ascii=False) else None
            )

        return cast(View, await self.sandbox.until(shown))

    async def told(self, user: str) -> str:
        """What this person alone was told last."""
        return (await self.sandbox.until(lambda: self.sandbox.ephemerals(user)))[-1].text

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Arguments of the calls of a method, refused ones too."""
        return [call.args for call in self.sandbox.calls if call.method == method]


def said_by(message: Message) -> str:
    """Everything that a message says."""
    return json.dumps([message.text, message.blocks], ensure_ascii=False)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with serve_sandbox(SandboxConfig()) as served:
        yield served


@pytest.fixture
async def bot(sandbox: Sandbox, database: Database, superuser: asyncpg.Connection) -> AsyncIterator[Bot]:
    """The bot, connected by Socket Mode. Ada and Chloe are reviewers."""
    clock, sleeps, adviser = ShiftedClock(), Sleeps(), Advising()
    settings = WorkspaceSettings(review_channel=REVIEW, digest_channel=DIGEST)
    await ensure_workspace(database, TEAM, "Northwind IT", settings=settings, now=clock.now())
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session(sandbox.api_url))
        tokens = OneWorkspace(TEAM, sandbox.config.bot_token)
        api = SlackApi(session, base_url=sandbox.api_url, tokens=tokens, sleep=sleeps)
        messenger = SlackMessenger(api, database, clock, sleep=sleeps, seconds_between_messages=0.0)
        desk = Desk(
            database=database,
            messenger=messenger,
            charts=cast(ChartPool, PlainCharts()),
            clock=clock,
            analyst=OutlineAnalyst(),
            script_adviser=adviser,
        )
        references = (f"ref{number}" for number in count(1))
        deps = SlackDeps(
            database=database,
            clock=clock,
            api=api,
            messenger=messenger,
            people=People(api, database, admin_ids=frozenset({ADA, CHLOE})),
            new_reference=lambda: next(references),
            script_adviser=adviser,
        )
        app = build_app(deps, tokens=tokens, signing_secret="")
        connection = await stack.enter_async_context(AsyncExitStack())
        await connection.enter_async_context(
            run_socket_mode(app, app_token=sandbox.config.app_token, base_url=sandbox.api_url)
        )
        await sandbox.until(lambda: sandbox.connection_count == 1)
        yield Bot(sandbox, database, deps, desk, clock, sleeps, superuser, connection.aclose, adviser)
        await deps.running.drain(5)


@pytest.fixture
async def over_http(bot: Bot) -> AsyncIterator[str]:
    """The bot, reached over HTTP; gives the request URL."""
    config = bot.sandbox.config
    tokens = OneWorkspace(TEAM, config.bot_token)
    app = build_app(bot.deps, tokens=tokens, signing_secret=config.signing_secret)
    server = web.Application()
    server.router.add_post("/slack/events", slack_endpoint(app))
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await runner.cleanup()
