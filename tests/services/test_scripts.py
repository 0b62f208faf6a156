"""Scripts: who may have which one, what is on record, and that a destructive one needs two people."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest

from bot.charts.pool import ChartPool
from bot.domain.errors import NotAllowedError, NotFoundError
from bot.domain.jobs import WriteScript
from bot.domain.members import Member, Role
from bot.domain.script_errors import (
    AlreadyConfirmedError,
    InvalidValuesError,
    NobodyToConfirmError,
    SamePersonError,
    ScriptRefusedError,
    ScriptUnwrittenError,
    TemplateDecidedError,
)
from bot.domain.scripts import (
    Language,
    Origin,
    Recipe,
    RecipeChoice,
    ScriptStatus,
    ScriptWish,
    TemplateStatus,
    WrittenRecipe,
)
from bot.domain.spending import Spending, Trouble
from bot.domain.workspaces import Workspace, WorkspaceSettings
from bot.services.script_jobs import write_script
from bot.services.script_templates import decide_template, propose_template
from bot.services.scripts import add_draft, confirm_script, generate_script, get_choice, list_choices
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.storage.makers import a_recipe, a_script, a_session, stored

BEN = Member(id="U1", name="Ben")
CHLOE = Member(id="U2", name="Chloe")
DAN = Member(id="U3", name="Dan")
ADA = Member(id="U9", name="Ada", role=Role.ADMIN)


async def the_choice(database: Database, key: str = "b:service-restart", by: Member = BEN) -> RecipeChoice:
    return await get_choice(database, "T0001", key, Language.POWERSHELL, by=by)


async def events(database: Database) -> list[tuple[str | None, str, dict[str, Any]]]:
    async with database.transaction("T0001") as tx:
        return [(each.actor, each.action, dict(each.detail)) for each in reversed(await tx.audit.listed(99))]


async def with_review_channel(database: Database) -> None:
    async with database.transaction("T0001") as tx:
        await tx.workspaces.change_settings(WorkspaceSettings(review_channel="C1"))
        for member in (BEN, CHLOE, DAN, ADA):
            await tx.members.ensure(member.id, member.name, member.role)


async def a_waiting_script(database: Database) -> int:
    await with_review_channel(database)
    choice = await the_choice(database, "b:ad-disable")
    script = await generate_script(database, "T0001", choice, {"account": "jdoe"}, by=BEN, now=NOW)
    assert script.status is ScriptStatus.WAITING
    return script.id


async def test_a_script_is_on_record_with_its_hash_and_goes_to_its_session(
    database: Database, workspace: Workspace
) -> None:
    (session,) = await stored(database, "T0001", a_session())
    choice = await the_choice(database)
    script = await generate_script(
        database, "T0001", choice, {"service": " O'Neil "}, by=BEN, now=NOW, session_id=session.id
    )
    ((actor, action, detail),) = await events(database)
    assert "$Service = 'O''Neil'" in script.text
    assert (script.status, script.values, script.place.session_id) == (
        ScriptStatus.SHOWN,
        {"service": "O'Neil"},
        session.id,
    )
    assert (actor, action) == ("U1", "script.generate")
    assert (detail["hash"], detail["effect"]) == (script.hash, "changes")


async def test_values_that_do_not_fit_or_are_secrets_leave_nothing(
    database: Database, workspace: Workspace
) -> None:
    choice = await the_choice(database)
    for value in ("-x", "password: Winter2026!x"):
        with pytest.raises(InvalidValuesError):
            await generate_script(database, "T0001", choice, {"service": value}, by=BEN, now=NOW)
    assert await events(database) == []


async def test_a_destructive_script_needs_somebody_to_ask(database: Database, workspace: Workspace) -> None:
    choice = await the_choice(database, "b:ad-disable")
    with pytest.raises(NobodyToConfirmError):
        await generate_script(database, "T0001", choice, {"account": "jdoe"}, by=BEN, now=NOW)
    assert await events(database) == []


async def test_nobody_confirms_what_they_asked_for(database: Database, workspace: Workspace) -> None:
    script_id = await a_waiting_script(database)
    with pytest.raises(SamePersonError):
        await confirm_script(database, "T0001", script_id, by=BEN, now=NOW)
    assert [action for _, action, _ in await events(database)] == ["script.generate"]


async def test_of_two_who_confirm_at_once_one_is_on_record(database: Database, workspace: Workspace) -> None:
    script_id = await a_waiting_script(database)
    done = await asyncio.gather(
        *(confirm_script(database, "T0001", script_id, by=each, now=NOW) for each in (CHLOE, BEN, DAN)),
        return_exceptions=True,
    )
    (shown,) = [each for each in done if not isinstance(each, BaseException)]
    assert sorted(type(each).__name__ for each in done) == [
        "AlreadyConfirmedError",
        "SamePersonError",
        "Script",
    ]
    assert shown.status is ScriptStatus.SHOWN
    confirmed = [event for event in await events(database) if event[1] == "script.confirm"]
    assert [(actor, detail["hash"]) for actor, _, detail in confirmed] == [(shown.confirmed_by, shown.hash)]
    with pytest.raises(AlreadyConfirmedError, match="has confirmed this script already"):
        await confirm_script(database, "T0001", script_id, by=ADA, now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scripts SET status = 'shown'",
        "UPDATE scripts SET status = 'shown', confirmed_by = 'U1', confirmed_at = now()",
    ],
)
async def test_the_database_itself_wants_a_second_person(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, statement: str
) -> None:
    async with database.transaction("T0001") as tx:
        await tx.scripts.add(a_script())
    with pytest.raises(asyncpg.CheckViolationError):
        await superuser.execute(statement)


@pytest.mark.parametrize(
    "body", ['eval "$X"', "PASSWORD=Winter2026!x\ndf", "curl -u bob:Winter2026x https://example.com"]
)
async def test_a_refused_draft_is_on_record_and_not_kept(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection, body: str
) -> None:
    with pytest.raises(ScriptRefusedError):
        await add_draft(database, "T0001", a_recipe(body=body), origin=Origin.TYPED, by=BEN, now=NOW)
    ((actor, action, detail),) = await events(database)
    assert (actor, action) == ("U1", "script.refuse")
    assert detail["hash"] == a_recipe(body=body).hash
    assert "Winter2026" not in str(detail)
    assert await superuser.fetchval("SELECT count(*) FROM script_templates") == 0


async def test_a_draft_is_its_authors_until_a_reviewer_makes_it_everybodys(
    database: Database, workspace: Workspace
) -> None:
    draft = await add_draft(database, "T0001", a_recipe(), origin=Origin.TYPED, by=BEN, now=NOW)
    template_id = draft.template_id or 0
    assert (await get_choice(database, "T0001", draft.key, None, by=BEN)).origin is Origin.TYPED
    with pytest.raises(NotFoundError):
        await get_choice(database, "T0001", draft.key, None, by=CHLOE)
    await propose_template(database, "T0001", template_id, by=BEN, now=NOW)
    with pytest.raises(TemplateDecidedError):
        await propose_template(database, "T0001", template_id, by=BEN, now=NOW)
    with pytest.raises(NotAllowedError):
        await decide_template(database, "T0001", template_id, TemplateStatus.APPROVED, by=BEN, now=NOW)
    done = await asyncio.gather(
        *(
            decide_template(database, "T0001", template_id, to, by=ADA, now=NOW)
            for to in (TemplateStatus.APPROVED, TemplateStatus.APPROVED)
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "TemplateDecidedError"]
    assert (await get_choice(database, "T0001", draft.key, None, by=CHLOE)).origin is Origin.WORKSPACE
    assert draft.key in {each.key for each in await list_choices(database, "T0001")}
    assert [action for _, action, _ in await events(database)] == [
        "script.draft",
        "script.propose_template",
        "script.approve_template",
    ]


class Writing:
    """A writer that answers as it is told to, one answer a wish."""

    name, cents_per_day = "scripted", 100

    def __init__(self, *answers: Recipe | Trouble) -> None:
        self.answers, self.wishes = list(answers), list[ScriptWish]()

    async def write(self, wish: ScriptWish) -> WrittenRecipe:
        self.wishes.append(wish)
        answer = self.answers.pop(0)
        if isinstance(answer, Trouble):
            raise ScriptUnwrittenError(answer, Spending(model="scripted", requests=1, cost_micros=400_000))
        return WrittenRecipe(answer, Spending(model="scripted", requests=1, cost_micros=400_000))


BAD = a_recipe(body="rm -rf /tmp/cache")
JOB = WriteScript(key="V1", user="U1", task="Empty the cache", language="bash")


@pytest.mark.parametrize(
    ("answers", "said", "actions"),
    [
        ([a_recipe()], "offer_draft", ["script.draft"]),
        ([BAD, a_recipe()], "offer_draft", ["script.refuse", "script.draft"]),
        ([Trouble.UNREADABLE, a_recipe()], "offer_draft", ["script.draft"]),
        ([BAD, BAD], "Line 1: rm changes something", ["script.refuse", "script.refuse"]),
        ([Trouble.REFUSED], "the model declined", []),
        ([Trouble.BUSY, Trouble.BUSY], "the service was busy", []),
    ],
)
async def test_a_model_has_two_tries_and_is_told_what_was_wrong(
    database: Database, workspace: Workspace, answers: list[Recipe | Trouble], said: str, actions: list[str]
) -> None:
    messenger, writer = RememberingMessenger(), Writing(*answers)
    nothing_to_draw = cast(ChartPool, None)
    desk = replace(a_desk(database, messenger, nothing_to_draw), script_writer=writer)
    await write_script(desk, "T0001", JOB)
    assert said in str(messenger.said)
    assert [action for _, action, _ in await events(database)] == actions
    assert writer.answers == []
    if len(writer.wishes) == 2 and answers[0] is BAD:
        assert writer.wishes[1].earlier == BAD
        assert "rm changes something" in str(writer.wishes[1].problems[0])


async def test_a_script_costs_and_nobody_is_asked_beyond_the_budget(
    database: Database, workspace: Workspace
) -> None:
    messenger, writer = RememberingMessenger(), Writing(a_recipe(), a_recipe(), a_recipe())
    desk = replace(a_desk(database, messenger, cast(ChartPool, None)), script_writer=writer)
    for number in range(4):
        await write_script(desk, "T0001", replace(JOB, key=f"V{number}"))
    assert len(writer.wishes) == 3
    assert "the day's budget was spent" in str(messenger.said[-1])
    async with database.transaction("T0001") as tx:
        spent = await tx.spendings.between(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (spent.sessions, spent.requests, spent.cost_micros) == (0, 3, 1_200_000)
