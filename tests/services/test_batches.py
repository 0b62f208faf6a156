"""Imported sessions in batches: each is analysed once, from its answer when that fits, by itself when not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from bot.ai.claude import ClaudeAnalyst
from bot.ai.claude_batches import ClaudeBatches
from bot.ai.messages_api import Access, MessagesApi
from bot.ai.outline import OutlineAnalyst
from bot.domain.batches import FEWEST_SESSIONS, HELD_FOR, UNSENT_FOR
from bot.domain.sessions import AnalysisOutcome, NewSession, SessionSource
from bot.domain.workspaces import Workspace
from bot.jobs.clock import bells
from bot.services.batches import collect_batches
from bot.services.spending import read_spending
from storage.database import Database
from tests.ai.messages_server import KEY, MODEL, Json, MessagesServer, fails, messages_service, succeeded
from tests.conftest import NOW
from tests.services.scripted import StoppedClock
from tests.storage.makers import a_draft, a_session, a_step, a_tree, published, stored

CLAUDE = f"claude-1 {MODEL}"
ONE_COST = 3_950
PROBLEMS = (
    "Printer",
    "Mailbox",
    "Screen",
    "Backup",
    "Laptop",
    "Router",
    "Scanner",
    "Phone",
    "Keyboard",
    "Mouse",
)


@pytest.fixture
async def service() -> AsyncIterator[MessagesServer]:
    async with messages_service() as running:
        running.answer = something_new()
        yield running


class Office:
    """What the clock does, in one process that can be replaced."""

    def __init__(self, database: Database, service: MessagesServer) -> None:
        self.database, self.service, self.clock = database, service, StoppedClock()
        self.restart()

    def restart(self) -> None:
        access = Access(base_url=self.service.url, api_key=KEY, model=MODEL)
        self.batches = ClaudeBatches(lambda: MessagesApi(access), model=MODEL)
        analyst = ClaudeAnalyst(
            lambda: MessagesApi(access), OutlineAnalyst(), self.clock, model=MODEL, cents_per_day=500
        )
        table = bells(self.database, analyst, self.clock, self.batches)
        self._bells = {bell.name: bell for bell in table}

    async def ring(self, *, after: timedelta = timedelta(minutes=1)) -> None:
        self.clock.time += after
        await self._bells["batches"].ring()
        await self._bells["analyses"].ring()

    async def spent(self, workspace: Workspace) -> tuple[int, int]:
        """Requests that were paid for, and what they cost."""
        later = StoppedClock(self.clock.time + timedelta(seconds=1))
        total = await read_spending(self.database, later, workspace.id, days=7)
        return total.requests, total.cost_micros


@pytest.fixture
def office(database: Database, service: MessagesServer) -> Office:
    return Office(database, service)


def imported(problem: str = "VPN drops every ten minutes") -> NewSession:
    """It goes through the flow of `a_draft` to the end."""
    return a_session(
        source=SessionSource.IMPORT,
        problem=problem,
        steps=(a_step(choice="No"),),
        resolution="Lower the MTU to 1350.",
    )


def unlike() -> list[NewSession]:
    return [imported(problem=f"{word} is broken") for word in PROBLEMS]


def as_the_flow() -> Json:
    steps = [{"step": 0, "node": "n1", "wording": "On?"}, {"step": 1, "node": "n2", "wording": "Lower it."}]
    return something_new() | {"candidate": "c1", "steps": steps}


def something_new() -> Json:
    return {
        "candidate": None,
        "steps": [{"step": 0, "node": None, "wording": "Is it on?"}],
        "title": "It is broken",
        "summary": "It does not work.",
        "keywords": [],
        "confidence": 0.8,
    }


def answer_all(service: MessagesServer, result: Json) -> None:
    (batch,) = service.batches.values()
    batch.results = dict.fromkeys(batch.requests, result)


async def outcomes(superuser: asyncpg.Connection) -> list[str | None]:
    rows = await superuser.fetch("SELECT analysis_outcome FROM sessions ORDER BY id")
    return [row["analysis_outcome"] for row in rows]


async def test_backlog_is_answered_by_one_batch_at_half_the_price(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    await published(database, workspace.id)
    await stored(database, workspace.id, *(imported() for _ in range(FEWEST_SESSIONS)))
    await office.ring()
    await office.ring()
    assert (len(service.batches), service.requests) == (1, 0)
    assert await outcomes(superuser) == [None] * FEWEST_SESSIONS
    answer_all(service, succeeded(as_the_flow()))
    office.restart()
    await office.ring()
    await office.ring()
    assert await outcomes(superuser) == [AnalysisOutcome.REINFORCED] * FEWEST_SESSIONS
    assert await office.spent(workspace) == (FEWEST_SESSIONS, FEWEST_SESSIONS * ONE_COST // 2)
    assert (len(service.batches), service.requests) == (1, 0)
    analysts = {row["analyst"] for row in await superuser.fetch("SELECT analyst FROM sessions")}
    assert analysts == {CLAUDE}


async def test_answer_that_no_longer_fits_is_asked_for_by_itself(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    """The first is new; then there is a proposal that the others were not compared with."""
    await stored(database, workspace.id, *unlike())
    await office.ring()
    answer_all(service, succeeded(something_new()))
    await office.ring()
    assert None not in await outcomes(superuser)
    assert len(service.asked) == len(PROBLEMS) - 1


async def test_changed_tree_makes_an_answer_about_it_unfit(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    flow = await published(database, workspace.id)
    await stored(database, workspace.id, *(imported() for _ in range(FEWEST_SESSIONS)))
    await office.ring()
    answer_all(service, succeeded(as_the_flow()))
    service.answer = as_the_flow()
    async with database.transaction(workspace.id) as tx:
        draft = a_draft(tree=a_tree(text="Is split tunnelling enabled?"))
        await tx.flows.publish_version(
            flow.id, draft, base_version=1, origin=flow.origin, by="U1", at=NOW, change="Clearer"
        )
    await office.ring()
    assert await outcomes(superuser) == [AnalysisOutcome.REINFORCED] * FEWEST_SESSIONS
    assert len(service.asked) == FEWEST_SESSIONS


@pytest.mark.parametrize(
    "result",
    [
        {"type": "errored", "error": {"type": "error", "error": {"type": "api_error", "message": "no"}}},
        {"type": "expired"},
        {"type": "canceled"},
        succeeded({"candidate": "nobody"}),
        succeeded(something_new(), stop_reason="refusal"),
    ],
    ids=["errored", "expired", "canceled", "unreadable", "refused"],
)
async def test_item_that_came_to_nothing_is_asked_about_by_itself(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
    result: Json,
) -> None:
    await published(database, workspace.id)
    await stored(database, workspace.id, *(imported() for _ in range(FEWEST_SESSIONS)))
    await office.ring()
    (batch,) = service.batches.values()
    first, *others = batch.requests
    batch.results = {**dict.fromkeys(others, succeeded(as_the_flow())), first: result}
    service.answer = as_the_flow()
    await office.ring()
    assert await outcomes(superuser) == [AnalysisOutcome.REINFORCED] * FEWEST_SESSIONS
    assert (len(service.batches), len(service.asked)) == (1, 1)


async def test_several_who_collect_keep_the_answers_and_the_bill_once(
    database: Database, workspace: Workspace, service: MessagesServer, office: Office
) -> None:
    await stored(database, workspace.id, *unlike())
    await office.ring()
    answer_all(service, succeeded(something_new()))
    await asyncio.gather(
        *(collect_batches(database, office.batches, office.clock, workspace) for _ in range(4))
    )
    assert await office.spent(workspace) == (len(PROBLEMS), len(PROBLEMS) * ONE_COST // 2)


async def test_few_sessions_and_live_ones_do_not_wait(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    await stored(database, workspace.id, *unlike()[: FEWEST_SESSIONS - 1])
    await office.ring()
    assert None not in await outcomes(superuser)
    await stored(database, workspace.id, *unlike(), a_session(problem="Door is broken"))
    await office.ring()
    assert (await outcomes(superuser)).count(None) == len(PROBLEMS)
    assert len(service.batches) == 1


@pytest.mark.parametrize("is_cut_off", [True, False])
async def test_batch_that_was_not_taken_sets_its_sessions_free(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
    is_cut_off: bool,
) -> None:
    """Refused by the service, or never sent, because the process died after it had noted the batch."""
    await stored(database, workspace.id, *unlike())
    if is_cut_off:
        await office.ring()
        await superuser.execute("UPDATE batches SET remote_id = NULL")
        await office.ring()
        assert set(await outcomes(superuser)) == {None}
        await office.ring(after=UNSENT_FOR)
    else:
        service.script.append(fails(529, "overloaded_error"))
        await office.ring()
    assert None not in await outcomes(superuser)
    assert len(service.asked) == len(PROBLEMS)


async def test_batch_that_never_ends_is_given_up(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    await stored(database, workspace.id, *unlike())
    await office.ring()
    service.batches.clear()
    await office.ring()
    assert set(await outcomes(superuser)) == {None}
    await office.ring(after=HELD_FOR)
    assert None not in await outcomes(superuser)
    assert len(service.asked) == len(PROBLEMS)
    async with database.transaction(workspace.id) as tx:
        assert await tx.batches.opened() == []


async def test_sessions_are_free_again_after_a_day_even_if_nobody_collects(
    database: Database,
    workspace: Workspace,
    service: MessagesServer,
    office: Office,
    superuser: asyncpg.Connection,
) -> None:
    await stored(database, workspace.id, *unlike())
    await office.ring()
    held = {row["not_before"] for row in await superuser.fetch("SELECT not_before FROM sessions")}
    assert held == {office.clock.time + HELD_FOR}
