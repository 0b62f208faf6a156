"""The composition root: with `offline.py`, the only files that name every concrete class."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
import structlog
from pydantic import SecretStr

from bot.charts.pool import ChartPool
from bot.domain.workspaces import WorkspaceSettings
from bot.jobs.clock import bells, clock_running
from bot.jobs.handlers import job_handlers
from bot.offline import (
    SystemClock,
    analyst_of,
    batches_of,
    find_database_trouble,
    guide_of,
    open_database,
    recounter_of,
    script_adviser_of_machine,
    script_writer_of,
)
from bot.services.desk import Desk
from bot.services.failures import count_backlog
from bot.services.workspaces import ensure_workspace
from bot.settings import Settings, SettingsError, Transport
from bot.slack.api import Identity, OneWorkspace, SlackApi, identify, open_session
from bot.slack.app import build_app
from bot.slack.deps import SlackDeps
from bot.slack.errors import SlackAwayError, SlackBusyError, SlackUnansweredError
from bot.slack.http import slack_endpoint
from bot.slack.messenger import SECONDS_BETWEEN_MESSAGES, SlackMessenger
from bot.slack.payloads.envelopes import Person
from bot.slack.people import People
from bot.slack.socket_mode import check_app_token, run_socket_mode
from bot.web.api.serving import Api
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.server import Endpoints, create_web, serving
from storage.database import Database
from storage.queue import build_worker
from storage.schema import upgrade

DRAIN_SECONDS = 10.0
"""How long the clicks under way may take to end when the process stops."""
REFERENCE_BYTES = 4
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """FlowPilot at work. `port` is where its own HTTP side listens; `worker` ends only when something is broken."""

    health: Health
    port: int
    worker: asyncio.Task[None] | None


async def serve(settings: Settings, *, intake: bool, work: bool) -> None:
    """Run until SIGTERM or SIGINT: not ready at once, then no more work is taken, what is under way ends, all closes.

    Raises:
        SettingsError: half a configuration.
        FlowPilotError: the database, or Slack, does not take us.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with open_database(settings) as database:
        if settings.database_url is not None and intake and work:
            await upgrade(database.url)
        async with running(settings, database, intake=intake, work=work) as product:
            gc.freeze()  # to look through all that starting made for garbage stops everything for a tenth of a second
            log.info("flowpilot.ready", port=product.port, intake=intake, work=work)
            waited_for = {asyncio.create_task(stopping.wait()), *([product.worker] if product.worker else [])}
            await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
            product.health.say_goodbye()
            log.info("flowpilot.stopping")


@asynccontextmanager
async def running(
    settings: Settings,
    database: Database,
    *,
    intake: bool,
    work: bool,
    seconds_between_messages: float = SECONDS_BETWEEN_MESSAGES,
) -> AsyncIterator[Running]:
    """FlowPilot taking Slack's requests (`intake`), or doing jobs and keeping the clock (`work`), or both.

    What is entered last ends first: no more is taken in, what is under way is finished, then its tools are closed.
    """
    transport = settings.transport
    clock, health = SystemClock(), Health(partial(find_database_trouble, database))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session(settings.slack_api_url))
        identity = await identify_bot(settings, session)
        tokens = OneWorkspace(identity.workspace_id, _secret(settings.slack_bot_token))
        api = SlackApi(session, base_url=settings.slack_api_url, tokens=tokens)
        people = People(api, database, admin_ids=frozenset(settings.admins))
        await _introduce(database, identity, settings, people, clock)
        messenger = SlackMessenger(api, database, clock, seconds_between_messages=seconds_between_messages)
        worker = (
            await stack.enter_async_context(_working(database, messenger, clock, settings)) if work else None
        )
        deps = SlackDeps(
            database=database,
            clock=clock,
            api=api,
            messenger=messenger,
            people=people,
            new_reference=partial(secrets.token_hex, REFERENCE_BYTES),
            writes_scripts=script_writer_of(settings) is not None,
            script_adviser=script_adviser_of_machine(),
            has_guide=guide_of(settings) is not None,
            recounter=recounter_of(settings),
        )
        stack.push_async_callback(deps.running.drain, DRAIN_SECONDS)
        app = build_app(
            deps,
            tokens=tokens,
            signing_secret=_secret(settings.slack_signing_secret),
            known={_secret(settings.slack_bot_token): identity},
        )
        slack = slack_endpoint(app) if intake and transport is Transport.HTTP else None
        endpoints = Endpoints(
            health=health,
            metrics=Metrics(partial(count_backlog, database)),
            slack=slack,
            api=Api(database, clock) if intake else None,
        )
        port = await stack.enter_async_context(serving(create_web(endpoints), settings.host, settings.port))
        if intake and transport is Transport.SOCKET_MODE:
            app_token, api_url = _secret(settings.slack_app_token), settings.slack_api_url
            await stack.enter_async_context(run_socket_mode(app, app_token=app_token, base_url=api_url))
        if work:
            table = bells(database, analyst_of(settings), clock, batches_of(settings))
            await stack.enter_async_context(clock_running(table, clock))
        yield Running(health=health, port=port, worker=worker)


@asynccontextmanager
async def _working(
    database: Database, messenger: SlackMessenger, clock: SystemClock, settings: Settings
) -> AsyncIterator[asyncio.Task[None]]:
    """A worker on the job queue while the block runs; the jobs under way end before it returns."""
    async with ChartPool() as charts:
        desk = Desk(
            database=database,
            messenger=messenger,
            charts=charts,
            clock=clock,
            analyst=analyst_of(settings),
            script_writer=script_writer_of(settings),
            script_adviser=script_adviser_of_machine(),
            guide=guide_of(settings),
        )
        worker = build_worker(
            database.url, {job.name: handler for job, handler in job_handlers(desk).items()}
        )
        task = asyncio.create_task(worker.run())
        try:
            yield task
        finally:
            await worker.stop()
            await task


async def identify_bot(settings: Settings, session: aiohttp.ClientSession) -> Identity:
    """Whose bot token it is.

    Raises:
        SettingsError: there is no token.
        FlowPilotError: Slack does not accept it, or is out of reach.
    """
    if settings.slack_bot_token is None:
        raise SettingsError(settings.slack_problem or "FLOWPILOT_SLACK_BOT_TOKEN is not set.")
    try:
        return await identify(session, settings.slack_api_url, _secret(settings.slack_bot_token))
    except (SlackUnansweredError, SlackBusyError) as error:
        raise SlackAwayError(settings.slack_api_url) from error


async def check_slack(settings: Settings) -> str:
    """Ask Slack whether it accepts the tokens. Returns whose they are; raises FlowPilotError with what to do."""
    transport = settings.transport
    async with open_session(settings.slack_api_url) as session:
        identity = await identify_bot(settings, session)
        if settings.slack_app_token is not None:
            await check_app_token(_secret(settings.slack_app_token), settings.slack_api_url)
    return f"{identity.workspace_name} ({identity.workspace_id}) over {transport}"


async def _introduce(
    database: Database, identity: Identity, settings: Settings, people: People, clock: SystemClock
) -> None:
    """Make the workspace and its reviewers known; the settings give its first channels."""
    first = WorkspaceSettings(review_channel=settings.review_channel, digest_channel=settings.digest_channel)
    await ensure_workspace(
        database, identity.workspace_id, identity.workspace_name, settings=first, now=clock.now()
    )
    for user_id in settings.admins:
        await people.recognise(Person(workspace_id=identity.workspace_id, id=user_id))


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
