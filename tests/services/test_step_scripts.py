"""A template becomes part of a step by the reviewers' own road, and a session finds what the step's script is now."""

from dataclasses import replace
from itertools import count
from typing import cast

import pytest

from bot.charts.pool import ChartPool
from bot.domain.editing import FlowOutOfUseError
from bot.domain.errors import NotAllowedError
from bot.domain.flows import Flow, FlowOrigin
from bot.domain.jobs import ShowScriptTemplate
from bot.domain.members import Member, Role
from bot.domain.script_errors import TemplateWithdrawnError
from bot.domain.scripts import Language, Origin, TemplateStatus
from bot.domain.sessions import FlowPlace
from bot.domain.step_scripts import (
    NoStepForScriptError,
    ScriptThereError,
    StepScript,
    TemplateCard,
    TemplateName,
)
from bot.domain.tree_edits import EditRefusedError, StepGoneError
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.domain.workspaces import Workspace
from bot.services.editing import open_flow_workbench, publish_draft
from bot.services.flows import archive_flow
from bot.services.script_jobs import show_script_template
from bot.services.script_templates import decide_template, propose_template
from bot.services.scripts import add_draft, get_choice
from bot.services.step_scripts import add_to_step
from bot.services.threads import read_thread
from bot.services.troubleshooting import Start, start_session
from storage.database import Database
from tests.conftest import NOW
from tests.services.speaking import RememberingMessenger, a_desk
from tests.services.test_scripts import ADA, BEN, events
from tests.storage.makers import a_draft, a_recipe, published

CHLOE = Member(id="U8", name="Chloe", role=Role.ADMIN)
DO = Node(kind=NodeKind.ACTION, text="Empty the cache.", options=(Option("o1", "Done", "n2"),))
FIX = Node(kind=NodeKind.RESOLUTION, text="The cache was full.")
KEYS = map(str, count())
NAMED = "Template: Empty a folder (bash)"


async def a_flow(database: Database, first: Node = DO) -> Flow:
    return await published(database, "T0001", a_draft(tree=FlowTree("n1", {"n1": first, "n2": FIX})))


async def a_session_at_its_step(database: Database) -> int:
    """A new session, which the flow guides."""
    start = Start(by=BEN, problem="VPN drops after a few minutes", channel="C1", key=next(KEYS))
    return await start_session(database, "T0001", start, now=NOW)


async def a_template(database: Database, session_id: int | None, *, title: str = "Empty a folder") -> int:
    """Written in the session, saved as a template and approved."""
    draft = await add_draft(
        database,
        "T0001",
        a_recipe(title=title),
        origin=Origin.TYPED,
        by=BEN,
        now=NOW,
        session_id=session_id,
    )
    template_id = draft.template_id or 0
    await propose_template(database, "T0001", template_id, by=BEN, now=NOW)
    await decide_template(database, "T0001", template_id, TemplateStatus.APPROVED, by=ADA, now=NOW)
    return template_id


async def withdraw(database: Database, template_id: int) -> None:
    await decide_template(database, "T0001", template_id, TemplateStatus.WITHDRAWN, by=ADA, now=NOW)


async def script_in_new_session(database: Database) -> StepScript | None:
    session_id = await a_session_at_its_step(database)
    return (await read_thread(database, "T0001", session_id)).script


async def test_a_template_becomes_part_of_its_step_when_a_reviewer_publishes(
    database: Database, workspace: Workspace
) -> None:
    flow = await a_flow(database)
    template_id = await a_template(database, await a_session_at_its_step(database))
    with pytest.raises(NotAllowedError):
        await add_to_step(database, "T0001", template_id, by=BEN, now=NOW)
    bench = await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)
    assert bench.draft.content.tree.nodes["n1"].script == NAMED
    assert await script_in_new_session(database) is None
    actor, action, detail = (await events(database))[-1]
    assert (actor, action) == ("U9", "script.add_to_step")
    assert (detail["flow"], detail["node"], detail["title"]) == (flow.id, "n1", "Empty a folder")
    await publish_draft(database, "T0001", bench.draft.id, bench.draft.revision, by=ADA, now=NOW)
    name = TemplateName("Empty a folder", Language.BASH)
    assert await script_in_new_session(database) == StepScript(name=name, key=f"w:{template_id}")
    with pytest.raises(ScriptThereError, match="has this script already"):
        await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)


async def test_adding_it_twice_before_publishing_is_on_record_once(
    database: Database, workspace: Workspace
) -> None:
    await a_flow(database)
    template_id = await a_template(database, await a_session_at_its_step(database))
    first = await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)
    assert await add_to_step(database, "T0001", template_id, by=ADA, now=NOW) == first
    assert [action for _, action, _ in await events(database)].count("script.add_to_step") == 1


async def test_the_draft_of_somebody_else_is_left_as_it_is(database: Database, workspace: Workspace) -> None:
    flow = await a_flow(database)
    template_id = await a_template(database, await a_session_at_its_step(database))
    theirs = await open_flow_workbench(database, "T0001", flow.id, by=CHLOE, now=NOW)
    bench = await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)
    assert not bench.is_mine
    assert bench.draft == theirs.draft
    assert "script.add_to_step" not in [action for _, action, _ in await events(database)]


async def test_a_template_without_a_step_or_approval_goes_nowhere(
    database: Database, workspace: Workspace
) -> None:
    await a_flow(database)
    nowhere = await a_template(database, None)
    withdrawn = await a_template(database, await a_session_at_its_step(database))
    await withdraw(database, withdrawn)
    for template_id in (nowhere, withdrawn):
        with pytest.raises(NoStepForScriptError):
            await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)


async def test_a_question_takes_no_script_and_the_reviewers_are_told_what_it_is(
    database: Database, workspace: Workspace
) -> None:
    await a_flow(database, replace(DO, kind=NodeKind.QUESTION))
    template_id = await a_template(database, await a_session_at_its_step(database))
    with pytest.raises(EditRefusedError):
        await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)
    async with database.transaction("T0001") as tx:
        await tx.members.ensure(ADA.id, ADA.name, ADA.role)
    messenger = RememberingMessenger()
    desk = a_desk(database, messenger, cast(ChartPool, None))
    await show_script_template(desk, "T0001", ShowScriptTemplate(template_id))
    (at,) = [each.written_at for _, _, each, _ in messenger.said if isinstance(each, TemplateCard)]
    assert at
    assert (at.node.text, at.takes_scripts) == ("Empty the cache.", False)


async def test_a_step_that_is_gone_or_a_flow_out_of_use_is_said(
    database: Database, workspace: Workspace
) -> None:
    flow = await a_flow(database)
    template_id = await a_template(database, await a_session_at_its_step(database))
    async with database.transaction("T0001") as tx:
        draft = a_draft(tree=FlowTree("n2", {"n2": FIX}))
        await tx.flows.publish_version(
            flow.id, draft, base_version=1, origin=FlowOrigin.MANUAL, by="U9", at=NOW, change="Shorter"
        )
    with pytest.raises(StepGoneError):
        await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)
    await archive_flow(database, "T0001", flow.id, by=ADA, now=NOW)
    with pytest.raises(FlowOutOfUseError):
        await add_to_step(database, "T0001", template_id, by=ADA, now=NOW)


async def test_a_withdrawn_template_is_had_by_nobody_and_its_step_says_so(
    database: Database, workspace: Workspace
) -> None:
    await a_flow(database, replace(DO, script=NAMED))
    template_id = await a_template(database, None)
    await withdraw(database, template_id)
    found = await script_in_new_session(database)
    assert found
    assert (found.key, found.is_withdrawn) == (None, True)
    for by in (BEN, ADA):
        with pytest.raises(TemplateWithdrawnError, match="Empty a folder"):
            await get_choice(database, "T0001", f"w:{template_id}", None, by=by)
    assert (await events(database))[-1][:2] == ("U9", "script.withdraw_template")


async def test_of_templates_with_one_name_the_last_approved_is_had(
    database: Database, workspace: Workspace
) -> None:
    await a_flow(database, replace(DO, script=NAMED))
    first, second = (
        await a_template(database, None),
        await a_template(database, None, title="empty a  FOLDER"),
    )
    found = await script_in_new_session(database)
    assert found
    assert found.key == f"w:{second}"
    await withdraw(database, second)
    found = await script_in_new_session(database)
    assert found
    assert found.key == f"w:{first}"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (None, None),
        ("rm -r -- /tmp/cache", StepScript()),
        (
            "Template: Restart a service (PowerShell)",
            StepScript(name=TemplateName("Restart a service", Language.POWERSHELL), key="b:service-restart"),
        ),
        (
            "Template: Of another workspace (bash)",
            StepScript(name=TemplateName("Of another workspace", Language.BASH)),
        ),
    ],
)
async def test_a_steps_script_from_a_file_is_text_or_a_template_that_is_here(
    database: Database, workspace: Workspace, script: str | None, found: StepScript | None
) -> None:
    await a_flow(database, replace(DO, script=script))
    assert await script_in_new_session(database) == found


async def test_a_template_remembers_the_step_that_its_session_was_at(
    database: Database, workspace: Workspace
) -> None:
    flow = await a_flow(database)
    template_id = await a_template(database, await a_session_at_its_step(database))
    async with database.transaction("T0001") as tx:
        assert (await tx.script_templates.get(template_id)).step == FlowPlace(flow.id, 1, "n1")
