"""How fast each kind of listener acknowledges, one request at a time, while the jobs behind are busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from clicks import click, open_connections, send, signed
from product import its_database, product
from proposals_made import add_proposals

from bot.cli.demo_stage import DIGEST_CHANNEL
from bot.domain.editing import Workbench
from bot.domain.members import Member, Role
from bot.domain.proposals import Proposal
from bot.offline import SystemClock
from bot.sandbox import Sandbox, View
from bot.sandbox.delivery import Parcel
from bot.sandbox.payloads import Payloads
from bot.sandbox.wire import Json
from bot.services.editing import open_workbench
from bot.slack.ids import COMMAND, VALUE, Action, VersionedId
from bot.slack.views.reasons import reject_modal
from bot.slack.views.workbench import workbench_modal
from storage.database import Database

TIMES = 40
PAUSE_SECONDS = 0.05
DRAWING_EVERY_SECONDS = 0.5

Make = Callable[[str], Parcel]
"""What Slack sends when this user acts."""


async def measure_idle(sandbox: Sandbox, data_dir: Path, reviewers: Sequence[str]) -> list[str]:
    """A line for each kind of listener."""
    lines = []
    async with (
        product(sandbox, data_dir, over_http=True, reviewers=reviewers) as running,
        its_database(data_dir) as database,
    ):
        url = f"{running.url}/slack/events"
        label, many = "one-at-a-time", 4 * TIMES + 1
        made = iter(await add_proposals(database, sandbox.config.team_id, many, label=label))
        async with dashboards_being_drawn(sandbox, url, reviewers[0]):
            drafts = iter([each async for each in begun(database, sandbox, made, reviewers)])
            for name, make in kinds(sandbox, made, drafts).items():
                seconds = await time_each(sandbox, url, make, cycle(reviewers))
                lines.append(
                    f"idle ack of {name}: {median(seconds) * 1000:.0f} ms median, {max(seconds) * 1000:.0f} ms at most (goal < 50 ms)"
                )
    return lines


async def begun(
    database: Database, sandbox: Sandbox, made: Iterator[Proposal], reviewers: Sequence[str]
) -> AsyncIterator[Workbench]:
    """A draft to publish for each time, by the reviewer whose turn it is."""
    clock = SystemClock()
    for proposal, user in zip(islice(made, TIMES), cycle(reviewers), strict=False):
        by = Member(id=user, name=user, role=Role.ADMIN)
        yield await open_workbench(
            database, sandbox.config.team_id, proposal.id, proposal.version, by=by, now=clock.now()
        )


def kinds(sandbox: Sandbox, made: Iterator[Proposal], drafts: Iterator[Workbench]) -> dict[str, Make]:
    """Each takes a proposal of its own where it decides on one."""
    payloads = Payloads(sandbox.workspace)
    viewed = next(made)

    def command(user: str) -> Parcel:
        channel = sandbox.workspace.conversations.find(DIGEST_CHANNEL)
        return Parcel("slash_commands", payloads.command(user, channel, COMMAND, "stats 30d"))

    def home(user: str) -> Parcel:
        event = {"type": "app_home_opened", "user": user, "channel": "D0000000001", "tab": "home"}
        return Parcel("events_api", payloads.event(event))

    def submission(user: str, view: Json) -> Parcel:
        return Parcel("interactive", payloads.submission(user, filled_in(user, view)))

    return {
        "a click (approve)": lambda user: click(sandbox, user, Action.PROPOSAL_APPROVE, seen(next(made))),
        "a click that opens a modal": lambda user: click(sandbox, user, Action.PROPOSAL_VIEW, seen(viewed)),
        "a submission (reject)": lambda user: submission(user, reject_modal(next(made))),
        "a submission (publish)": lambda user: submission(
            user, workbench_modal(next(drafts), now=SystemClock().now())
        ),
        "a command (stats)": command,
        "an event (Home)": home,
    }


def seen(proposal: Proposal) -> VersionedId:
    return VersionedId(proposal.id, proposal.version)


def filled_in(user: str, view: Json) -> View:
    """The modal with what stands in its inputs at first, and a reason."""
    values = {
        block["block_id"]: {VALUE: {"type": "plain_text_input", "value": text}}
        for block in view["blocks"]
        if block["type"] == "input"
        for text in [block["element"].get("initial_value", "It is the firewall.")]
    }
    return View(id="V0000000001", hash="1", user=user, payload=view, values=values, root_id="V0000000001")


async def time_each(sandbox: Sandbox, url: str, make: Make, users: Iterator[str]) -> list[float]:
    """Seconds of each acknowledgement; the next request is sent when the one before has left the event loop."""
    seconds = []
    async with open_connections(1) as session:
        for _ in range(TIMES):
            seconds.append(await send(session, url, signed(sandbox, make(next(users)))))
            await asyncio.sleep(PAUSE_SECONDS)
    return seconds


@asynccontextmanager
async def dashboards_being_drawn(sandbox: Sandbox, url: str, user: str) -> AsyncIterator[None]:
    """Somebody asks for dashboards all the time within the block; cards of the proposals are drawn besides."""
    payloads, channel = Payloads(sandbox.workspace), sandbox.workspace.conversations.find(DIGEST_CHANNEL)

    async def ask() -> None:
        async with open_connections(1) as session:
            while True:
                parcel = Parcel("slash_commands", payloads.command(user, channel, COMMAND, "stats 90d"))
                await send(session, url, signed(sandbox, parcel))
                await asyncio.sleep(DRAWING_EVERY_SECONDS)

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
