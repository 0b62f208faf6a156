"""Home as the place where reviewers work through the queue, and engineers see what came of their work."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.review_batches import Pick
from bot.domain.review_queue import QueueFilter, QueueKind, QueueOrder
from bot.sandbox import View
from bot.slack.payloads.queue import filter_of, picked
from bot.slack.views.queue import FILTERS
from tests.slack.conftest import ADA, BEN, CHLOE, SUPPORT, TEAM, Bot, said_by
from tests.slack.test_proposals import a_change, grown
from tests.storage.makers import followed_in_vain
from tests.storage.test_gaps import a_gap


async def opened(bot: Bot, user: str = ADA) -> View:
    await bot.sandbox.person(user).open_home()
    await bot.settle()
    return home_of(bot, user)


def home_of(bot: Bot, user: str = ADA) -> View:
    home = bot.sandbox.home(user)
    assert home is not None
    return home


def said_in(bot: Bot, user: str = ADA) -> str:
    return str(home_of(bot, user).payload)


async def chosen(bot: Bot, action: str, value: str) -> None:
    await bot.sandbox.person(ADA).click(home_of(bot), action, value)
    await bot.settle()


async def selected(bot: Bot, *proposals: Proposal, user: str = ADA) -> None:
    """Tick the boxes of these proposals."""
    for proposal in proposals:
        home, shown = home_of(bot, user), f"{proposal.id}:{proposal.version}"
        (block,) = [each for each in home.blocks if each["block_id"] == f"queue.pick.{shown}"]
        option = block["elements"][0]["options"][0]
        click = {
            "type": "checkboxes",
            "action_id": "queue.pick",
            "block_id": block["block_id"],
            "action_ts": "1.1",
            "selected_options": [option],
        }
        await bot.sandbox.person(user).press(home, click)


async def asked(bot: Bot, action: str, words: str, user: str = ADA) -> View:
    """Press a button for all that is selected; the modal that comes."""
    await bot.sandbox.person(user).click(home_of(bot, user), action)
    return await bot.modal_with(user, words)


def menus(**chosen: str) -> dict[str, Any]:
    values = {"status": "pending", "domain": "all", "kind": "all", "age": "all", "support": "all"}
    values |= {"order": "oldest"} | chosen
    return {
        FILTERS: {f"queue.{name}": {"selected_option": {"value": value}} for name, value in values.items()}
    }


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (menus(), QueueFilter()),
        (menus(status="all", domain="unknown"), QueueFilter(status=None, domain="unknown")),
        (
            menus(kind="change", age="7", support="5", order="minutes"),
            QueueFilter(kind=QueueKind.CHANGE, min_age_days=7, min_sessions=5, order=QueueOrder.MINUTES),
        ),
    ],
)
def test_the_menus_say_what_is_wanted(values: dict[str, Any], wanted: QueueFilter) -> None:
    assert filter_of(values) == wanted


def test_ticked_boxes_name_proposals_in_the_version_that_was_seen() -> None:
    ticked = {"queue.pick": {"selected_options": [{"value": "7:2"}]}}
    empty: dict[str, Any] = {"queue.pick": {"selected_options": []}}
    assert picked({"a": ticked, "b": empty, **menus()}) == (Pick(7, 2),)


async def test_a_filter_holds_until_another_one_is_chosen(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    await bot.a_proposal(title="Mail stuck", problem_domain=None)
    await opened(bot)
    await chosen(bot, "queue.domain", "unknown")
    assert "Mail stuck" in said_in(bot)
    assert "VPN drops" not in said_in(bot)
    await opened(bot)
    assert "VPN drops" not in said_in(bot)
    await chosen(bot, "queue.kind", "change")
    assert "No proposal fits these filters." in said_in(bot)
    await chosen(bot, "queue.kind", "all")
    await chosen(bot, "queue.domain", "all")
    assert "VPN drops" in said_in(bot)


async def test_a_change_to_a_doubted_flow_says_so_in_the_queue(bot: Bot) -> None:
    change = await a_change(bot)
    await bot.a_proposal(title="Mail stuck")
    doubt = ":warning: *its flow is doubted*"
    await opened(bot)
    assert doubt not in said_in(bot)
    async with bot.database.transaction(TEAM) as tx:
        flow = await tx.flows.get(change.flow_id or 0)
    await followed_in_vain(bot.database, TEAM, flow, now=bot.clock.now())
    await opened(bot)
    assert said_in(bot).count(doubt) == 1
    await bot.sandbox.person(ADA).command(SUPPORT, "/flowpilot queue")
    await bot.settle()
    assert doubt in said_by(bot.sandbox.ephemerals(ADA)[-1])


async def test_pages_are_turned_and_a_filter_begins_with_the_first(bot: Bot) -> None:
    for number in range(11):
        await bot.a_proposal(title=f"Problem {number:02}")
    await opened(bot)
    assert "Problem 10" not in said_in(bot)
    await bot.sandbox.person(ADA).click(home_of(bot), "queue.next")
    await bot.settle()
    assert "Problem 10" in said_in(bot)
    assert "Page 2 of 2, 11 proposals in all." in said_in(bot)
    await chosen(bot, "queue.order", "support")
    assert "Page 1 of 2" in said_in(bot)


async def test_of_the_selected_ones_those_that_can_be_are_approved_and_each_has_its_record(bot: Bot) -> None:
    taken, lost = await bot.a_proposal(title="VPN drops"), await bot.a_proposal(title="Mail stuck")
    change = await a_change(bot)
    await opened(bot)
    await selected(bot, taken, lost, change)
    form = await asked(bot, "queue.approve", "Approve and publish 2 flows?")
    assert "It changes a published flow" in str(form.payload)
    await bot.sandbox.person(CHLOE).click(bot.cards()[1], "proposal.dismiss")
    await bot.deps.running.drain(5)
    await bot.sandbox.person(ADA).submit(form, {})
    outcome = await bot.modal_with(ADA, "1 not")
    await bot.settle()
    assert "1 approved and published" in str(outcome.payload)
    assert "archive a flow on its page" in str(outcome.payload)
    assert "submit" not in outcome.payload
    assert "Chloe Marsh parked this" in str(outcome.payload)
    states = [(await bot.proposal(each.id)).status for each in (taken, lost, change)]
    assert states == [ProposalStatus.APPROVED, ProposalStatus.DISMISSED, ProposalStatus.PENDING]
    async with bot.database.transaction(TEAM) as tx:
        events = [(each.action, each.actor) for each in await tx.audit.listed(9)]
    assert events.count(("proposal.approve", ADA)) == 1
    assert "VPN drops" not in said_in(bot).replace("Change: *VPN*", "").split("My sessions")[0]


async def test_selected_ones_are_parked_together_in_the_version_that_was_seen(bot: Bot) -> None:
    first, second = await bot.a_proposal(title="VPN drops"), await a_change(bot)
    await opened(bot)
    await selected(bot, first, second)
    form = await asked(bot, "queue.dismiss", "Park 2 proposals?")
    await grown(bot, second)
    await bot.sandbox.person(ADA).submit(form, {})
    assert "changed since you opened it" in str((await bot.modal_with(ADA, "1 not")).payload)
    await bot.settle()
    states = [(await bot.proposal(each.id)).status for each in (first, second)]
    assert states == [ProposalStatus.DISMISSED, ProposalStatus.PENDING]
    await chosen(bot, "queue.status", "dismissed")
    await bot.sandbox.person(ADA).click(home_of(bot), "proposal.reopen")
    await bot.settle()
    assert (await bot.proposal(first.id)).status is ProposalStatus.PENDING


async def test_a_batch_of_dismissals_is_undone_from_its_answer(bot: Bot) -> None:
    first, second = await bot.a_proposal(title="VPN drops"), await bot.a_proposal(title="Mail stuck")
    await opened(bot)
    await selected(bot, first, second)
    await bot.sandbox.person(ADA).submit(await asked(bot, "queue.dismiss", "Park 2 proposals?"), {})
    outcome = await bot.modal_with(ADA, "2 parked")
    await grown(bot, await bot.proposal(second.id))
    await bot.sandbox.person(ADA).submit(outcome, {})
    undone = await bot.modal_with(ADA, "1 waiting for a decision again")
    await bot.settle()
    assert (await bot.proposal(first.id)).status is ProposalStatus.PENDING
    assert "1 not" in str(undone.payload)
    assert "submit" not in undone.payload
    assert "VPN drops" in said_in(bot)


async def test_what_is_selected_stays_so_when_home_is_published_again(bot: Bot) -> None:
    kept, taken = await bot.a_proposal(title="VPN drops"), await bot.a_proposal(title="Mail stuck")
    await opened(bot)
    await selected(bot, kept, taken)
    await bot.sandbox.person(CHLOE).click(bot.cards()[1], "proposal.dismiss")
    await bot.settle()
    assert "Mail stuck" not in said_in(bot)
    form = await asked(bot, "queue.dismiss", "Park 1 proposal?")
    assert "VPN drops" in str(form.payload)


async def test_nothing_selected_is_nothing_to_decide(bot: Bot) -> None:
    await bot.a_proposal()
    await opened(bot)
    form = await asked(bot, "queue.dismiss", "Nothing is selected.")
    assert "submit" not in form.payload


async def test_somebody_who_reviews_no_more_decides_nothing_from_a_home_that_still_stands(bot: Bot) -> None:
    """Whatever stood on the screen before."""
    proposal = await bot.a_proposal()
    await opened(bot)
    await selected(bot, proposal)
    form = await asked(bot, "queue.dismiss", "Park 1 proposal?")
    bot.deps.people.admin_ids = frozenset({CHLOE})
    await bot.superuser.execute("UPDATE members SET role = 'engineer' WHERE id = $1", ADA)
    await bot.sandbox.person(ADA).submit(form, {})
    await bot.sandbox.person(ADA).click(home_of(bot), "queue.dismiss")
    await bot.modal_with(ADA, "Only reviewers can decide")
    await bot.settle()
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.PENDING


async def test_home_follows_what_others_decide_for_those_alone_who_opened_theirs(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    await opened(bot)
    await bot.sandbox.person(CHLOE).click(bot.cards()[0], "proposal.approve")
    await bot.settle()
    assert "Nothing to review." in said_in(bot)
    assert bot.done.count("home.refresh") == 2
    assert {call["user_id"] for call in bot.calls("views.publish")} == {ADA}


async def test_a_home_that_was_opened_long_ago_is_left_alone(bot: Bot) -> None:
    await opened(bot)
    bot.clock.ahead = timedelta(hours=25)
    proposal = await bot.a_proposal()
    await bot.sandbox.person(CHLOE).click(bot.cards()[0], "proposal.approve")
    await bot.settle()
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.APPROVED
    assert bot.done.count("home.refresh") == 1


async def test_a_burst_of_changes_is_one_publication(bot: Bot) -> None:
    for number in range(3):
        await bot.a_proposal(title=f"Problem {number}")
    await opened(bot)
    for card in bot.cards():
        await bot.sandbox.person(CHLOE).click(card, "proposal.approve")
    await bot.deps.running.drain(5)
    assert (await bot.waiting_jobs()).count("home.refresh_all") == 1


async def test_a_home_that_moved_meanwhile_is_read_again(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    await opened(bot)
    await bot.superuser.execute("UPDATE home_views SET hash = 'of an older view'")
    await opened(bot)
    hashes = [call.get("hash") for call in bot.calls("views.publish")]
    assert hashes == [None, "of an older view", "of an older view", None]
    await opened(bot)
    assert bot.calls("views.publish")[-1]["hash"] not in (None, "of an older view")


async def test_deciding_in_home_shows_at_once_what_is_left(bot: Bot) -> None:
    proposal = await bot.a_proposal(title="VPN drops")
    await opened(bot)
    await bot.sandbox.person(ADA).click(home_of(bot), "proposal.approve")
    await bot.deps.running.drain(5)
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.APPROVED
    assert "home.refresh" in await bot.waiting_jobs()


async def test_what_waits_too_long_is_counted_in_home_for_everybody(bot: Bot) -> None:
    await bot.a_proposal()
    bot.clock.ahead = timedelta(days=8)
    await opened(bot)
    await opened(bot, BEN)
    assert "1 waits longer than 7 days" in said_in(bot)
    assert "1 waits longer than 7 days" in said_in(bot, BEN)


async def test_engineers_see_what_came_of_their_sessions_and_no_buttons_to_decide(bot: Bot) -> None:
    await bot.a_proposal(title="VPN drops")
    await bot.superuser.execute(
        "UPDATE sessions SET analysis_status = 'done', analysis_outcome = 'proposed' WHERE engineer = $1", BEN
    )
    await opened(bot, BEN)
    assert "began the proposal *VPN drops*, waits for a review" in said_in(bot, BEN)
    assert "queue." not in said_in(bot, BEN)
    assert "proposal.approve" not in said_in(bot, BEN)


async def test_the_dashboard_comes_by_direct_message(bot: Bot) -> None:
    await bot.a_proposal()
    await opened(bot)
    await bot.sandbox.person(ADA).click(home_of(bot), "home.dashboard")
    await bot.settle()
    assert "Last 30 days" in bot.sandbox.dm(ADA)[-1].text


async def test_reviewers_see_where_knowledge_is_missing_until_somebody_calls_it_no_gap(bot: Bot) -> None:
    async with bot.database.transaction(TEAM) as tx:
        await tx.gaps.write([a_gap(minutes_saved=660)], now=bot.clock.now())
    assert "*Networking*: 9 of 12 sessions, about 11 hours a month" in str((await opened(bot)).payload)
    assert "Where knowledge is missing" not in str((await opened(bot, BEN)).payload)
    await bot.sandbox.person(ADA).click(home_of(bot), "gap.mute")
    form = await bot.modal_with(ADA, "Why is it none?")
    await bot.sandbox.person(ADA).submit(form, {"reason_code": "handled"})
    await bot.settle()
    assert "Where knowledge is missing" not in said_in(bot)
