"""Published flows in Slack: found, read, taken along, and changed by those who may."""

import json

import pytest

from bot.domain.flows import Flow, FlowOrigin
from bot.domain.jobs import SendFlowFile
from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.services.flows import get_flow, list_flows, send_flow_file
from tests.slack.conftest import ADA, BEN, SUPPORT, TEAM, Bot, said_by
from tests.storage.makers import a_draft, a_tree


async def a_flow(bot: Bot, title: str = "VPN drops", *, versions: int = 1) -> Flow:
    """A flow whose versions differ in their first question."""
    now = bot.clock.now()
    async with bot.database.transaction(TEAM) as tx:
        flow = await tx.flows.publish_new(
            a_draft(title=title), origin=FlowOrigin.MANUAL, by=ADA, at=now, change="First."
        )
        for number in range(2, versions + 1):
            flow = await tx.flows.publish_version(
                flow.id,
                a_draft(title=title, tree=a_tree(text=f"Question of version {number}?")),
                base_version=number - 1,
                origin=FlowOrigin.MANUAL,
                by=ADA,
                at=now,
                change=f"Change {number}.",
            )
    return flow


async def flow_now(bot: Bot, flow: Flow) -> Flow:
    return await get_flow(bot.database, TEAM, flow.id)


async def open_flow(bot: Bot, user: str, title: str) -> None:
    """The person's way to a flow's page: the command, then the button."""
    person = bot.sandbox.person(user)
    await person.command(SUPPORT, f"/flowpilot flows {title}")
    await person.click((await bot.sandbox.until(lambda: bot.sandbox.ephemerals(user)))[-1], "flow.view")
    await bot.modal_with(user, "Versions")
    await bot.settle()


def words(bot: Bot, user: str) -> str:
    view = bot.modal(user)
    assert view is not None
    return json.dumps(view.payload, ensure_ascii=False)


async def test_flows_are_listed_by_title_and_found_by_words(bot: Bot) -> None:
    await a_flow(bot, "VPN drops")
    await a_flow(bot, "Printer <offline>")
    ben = bot.sandbox.person(BEN)
    ack = await ben.command(SUPPORT, "/flowpilot flows")
    assert await bot.told(BEN) == "Published flows: Printer &lt;offline&gt; and VPN drops."
    assert (ack.ok, bot.sandbox.messages(SUPPORT)) == (True, [])
    await ben.command(SUPPORT, "/flowpilot flows Printer")
    await bot.sandbox.until(lambda: len(bot.sandbox.ephemerals(BEN)) == 2)
    row = said_by(bot.sandbox.ephemerals(BEN)[-1])
    assert "*Printer &lt;offline&gt;*\\nVersion 1 · Networking · from 0 sessions" in row
    await ben.command(SUPPORT, "/flowpilot flows zebra")
    await bot.sandbox.until(lambda: len(bot.sandbox.ephemerals(BEN)) == 3)
    assert (await bot.told(BEN)).startswith("No flow fits “zebra”.")


async def test_a_long_list_is_turned_in_place(bot: Bot) -> None:
    for number in range(12):
        await a_flow(bot, f"Flow {number:02}")
    ben = bot.sandbox.person(BEN)
    await ben.command(SUPPORT, "/flowpilot flows")
    assert (await bot.told(BEN)).startswith("Published flows, page 1: Flow 00")
    await ben.click(bot.sandbox.ephemerals(BEN)[0], "flows.next")
    await bot.sandbox.until(lambda: "page 2: Flow 10 and Flow 11" in bot.sandbox.ephemerals(BEN)[0].text)
    await ben.click(bot.sandbox.ephemerals(BEN)[0], "flows.previous")
    await bot.sandbox.until(lambda: "page 1" in bot.sandbox.ephemerals(BEN)[0].text)
    assert len(bot.sandbox.ephemerals(BEN)) == 1


async def test_an_engineer_reads_everything_and_can_change_nothing(bot: Bot) -> None:
    flow = await a_flow(bot, versions=2)
    await bot.sandbox.person(ADA).open_home()  # her name is known from then on
    await bot.settle()
    await open_flow(bot, BEN, "vpn")
    shown = words(bot, BEN)
    assert "Question of version 2?" in shown
    assert "Version 1 · Ada Reyes" in shown
    assert "slack_file" in shown
    assert "No session has followed it yet." in shown
    assert not any(action in shown for action in ("flow.roll_back", "flow.archive", "flow.restore"))
    view = bot.modal(BEN)
    assert view is not None
    forged = {"type": "button", "action_id": "flow.archive", "block_id": "b", "value": f"{flow.id}:2"}
    await bot.sandbox.person(BEN).press(view, forged | {"action_ts": "1.1"})
    await bot.modal_with(BEN, "Only reviewers can change flows. Ask Ada Reyes.")
    assert not (await flow_now(bot, flow)).archived


async def test_rolling_back_publishes_the_earlier_version_again(bot: Bot) -> None:
    flow = await a_flow(bot, versions=2)
    await open_flow(bot, ADA, "vpn")
    view = bot.modal(ADA)
    assert view is not None
    await bot.sandbox.person(ADA).click(view, "flow.roll_back", f"{flow.id}:2:1")
    await bot.modal_with(ADA, "Version 1 is in use again.")
    await bot.settle()
    after = await flow_now(bot, flow)
    assert (after.current.number, after.tree) == (3, a_draft().tree)
    assert "Version 3 · Ada Reyes" in words(bot, ADA)
    assert "Version 1 is in use again." in words(bot, ADA)
    assert "slack_file" in words(bot, ADA)


async def test_rolling_back_what_has_moved_on_is_refused_on_the_page_as_it_is_now(bot: Bot) -> None:
    flow = await a_flow(bot, versions=2)
    await open_flow(bot, ADA, "vpn")
    view = bot.modal(ADA)
    assert view is not None
    async with bot.database.transaction(TEAM) as tx:
        await tx.flows.roll_back(flow.id, 1, by=ADA, at=bot.clock.now())
    await bot.sandbox.person(ADA).click(view, "flow.roll_back", f"{flow.id}:2:1")
    await bot.modal_with(ADA, "has moved on (from version 2 to 3)")
    assert (await flow_now(bot, flow)).current.number == 3
    await bot.settle()


async def test_an_archived_flow_is_out_of_use_until_it_is_brought_back(bot: Bot) -> None:
    flow = await a_flow(bot)
    change = await bot.a_proposal(ProposalKind.ENHANCEMENT, flow_id=flow.id, title="VPN drops")
    await open_flow(bot, ADA, "vpn")
    ada, view = bot.sandbox.person(ADA), bot.modal(ADA)
    assert view is not None
    await ada.click(view, "flow.archive")
    await bot.modal_with(ADA, "This flow is archived.")
    await bot.settle()
    assert await list_flows(bot.database, TEAM, words="vpn") == []
    assert (await bot.proposal(change.id)).status is ProposalStatus.EXPIRED
    await ada.close(view)
    await open_flow(bot, ADA, "archived")
    view = bot.modal(ADA)
    assert view is not None
    assert "No session is matched with it." in words(bot, ADA)
    assert "flow.roll_back" not in words(bot, ADA)
    await ada.click(view, "flow.restore")
    await bot.modal_with(ADA, "This flow is in use again.")
    await bot.settle()
    assert [each.id for each in await list_flows(bot.database, TEAM, words="vpn")] == [flow.id]


@pytest.mark.parametrize(
    ("button", "ending", "holds"),
    [
        ("flow.json", "v1.json", '"title": "VPN drops"'),
        ("flow.yaml", "v1.yaml", "title: VPN drops"),
        ("flow.mermaid", "v1.mmd", "flowchart"),
        ("flow.markdown", "v1.md", "# VPN drops"),
    ],
)
async def test_a_flow_is_sent_as_a_file_by_direct_message(
    bot: Bot, button: str, ending: str, holds: str
) -> None:
    await a_flow(bot)
    await open_flow(bot, BEN, "vpn")
    view = bot.modal(BEN)
    assert view is not None
    await bot.sandbox.person(BEN).click(view, button)
    await bot.modal_with(BEN, "The file comes to your messages")
    await bot.settle()
    said, sent = bot.sandbox.dm(BEN)
    assert "*VPN drops, version 1*" in said.text
    (file_id,) = sent.files
    file = bot.sandbox.workspace.files.get(file_id)
    assert file.name.endswith(ending)
    assert holds in file.content.decode()


async def test_a_file_is_sent_once_however_often_the_job_runs(bot: Bot) -> None:
    flow = await a_flow(bot)
    job = SendFlowFile(key="1.2.a", flow_id=flow.id, format="json", user=BEN)
    for _ in range(2):
        await send_flow_file(bot.desk, TEAM, job)
    assert len(bot.sandbox.dm(BEN)) == 2


async def test_a_picture_that_comes_late_leaves_the_editor_alone_that_was_opened_meanwhile(bot: Bot) -> None:
    await a_flow(bot)
    ada = bot.sandbox.person(ADA)
    await ada.command(SUPPORT, "/flowpilot flows")
    await ada.click((await bot.sandbox.until(lambda: bot.sandbox.ephemerals(ADA)))[-1], "flow.view")
    page = await bot.modal_with(ADA, "Versions")
    await ada.click(page, "flow.edit")
    await bot.modal_with(ADA, "nothing changed yet")
    assert "flow.draw_page" in await bot.waiting_jobs()
    await bot.settle()
    assert "nothing changed yet" in str(bot.modal(ADA))
