"""Sessions in threads, through the real application against the sandbox workspace."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ai.outline import OutlineAnalyst
from bot.domain.flows import Flow, FlowDraft
from bot.domain.guidance import Guidance, Guided, options_of
from bot.domain.members import Member
from bot.domain.proposals import ProposalKind
from bot.domain.session_acts import Act, Answer, LogStep, NoHelp, Resolve
from bot.domain.sessions import ProblemDomain, Session, SessionStatus, StepKind
from bot.domain.spending import Spending, Trouble
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import Troubleshooting
from bot.sandbox import Message
from bot.services.analysis import analyze_pending
from bot.services.proposals import list_proposals
from bot.services.threads import draw_thread
from bot.services.troubleshooting import Start, act_in_session, ask_silent_sessions, start_session
from bot.slack.errors import ChannelUnusableError
from bot.slack.listeners.sessions import handle_start_submitted
from bot.slack.messenger import SlackMessenger
from bot.slack.payloads.envelopes import Person
from bot.slack.payloads.sessions import StartSubmitted
from tests.slack.conftest import ADA, BEN, CHLOE, REVIEW, SUPPORT, TEAM, Bot, said_by
from tests.storage.makers import a_session, published

PROBLEM = "VPN drops every ten minutes"
TREE = FlowTree(
    "n1",
    {
        "n1": Node(
            kind=NodeKind.QUESTION,
            text="Is split tunnelling on?",
            help="Network settings, VPN",
            options=(Option("o1", "Yes", "n2"), Option("o2", "No", "n3")),
        ),
        "n2": Node(kind=NodeKind.RESOLUTION, text="Turn split tunnelling off in the gateway profile"),
        "n3": Node(
            kind=NodeKind.QUESTION,
            text="Does the tunnel drop on a network cable too?",
            options=(Option("o1", "Yes", "n4"), Option("o2", "No", "n5")),
        ),
        "n4": Node(kind=NodeKind.RESOLUTION, text="Lower the MTU to 1350 on the gateway"),
        "n5": Node(kind=NodeKind.RESOLUTION, text="Move the access point to another channel"),
    },
)


async def a_flow(bot: Bot) -> Flow:
    draft = FlowDraft(
        title="VPN drops every ten minutes",
        summary="The VPN tunnel drops every ten minutes.",
        tree=TREE,
        problem_domain=ProblemDomain.NETWORKING,
        keywords=("vpn", "drops"),
    )
    return await published(bot.database, TEAM, draft)


async def settled(bot: Bot) -> None:
    await bot.deps.running.drain(10)


async def started(bot: Bot, words: str = PROBLEM) -> Troubleshooting:
    await bot.sandbox.person(BEN).command(SUPPORT, f"/flowpilot start {words}")
    await settled(bot)
    return await the_session(bot)


async def the_session(bot: Bot) -> Troubleshooting:
    row = await bot.superuser.fetchrow("SELECT max(id) AS id FROM sessions")
    assert row
    async with bot.database.transaction(TEAM) as tx:
        return await tx.threads.get(row["id"])


def thread(bot: Bot) -> list[Message]:
    return [
        message for message in bot.sandbox.messages(SUPPORT) if message.user == bot.sandbox.config.bot_user
    ]


def step(bot: Bot) -> Message:
    """The message whose buttons answer what is asked now."""
    return next(message for message in reversed(thread(bot)) if "session." in said_by(message))


async def click(
    bot: Bot, user: str, action: str, message: Message | None = None, value: str | None = None
) -> None:
    await bot.sandbox.person(user).click(message or step(bot), action, value)
    await settled(bot)


async def more(bot: Bot, user: str, words: str) -> None:
    await click(bot, user, "session.more", value=words)


async def fill_in(bot: Bot, user: str, title: str, **values: str | list[str]) -> None:
    view = await bot.modal_with(user, title)
    ack = await bot.sandbox.person(user).submit(view, values)
    assert ack.ok
    await settled(bot)


async def resolve(bot: Bot, user: str = BEN, **values: str) -> None:
    await click(bot, user, "session.resolve")
    await fill_in(bot, user, "What fixed it?", **values)


async def test_a_guided_session_goes_to_its_fix_in_clicks_alone(bot: Bot) -> None:
    flow = await a_flow(bot)
    live = await started(bot, f"{PROBLEM} ticket:1042 domain:networking")
    assert (live.flow, live.session.ticket) == ((flow.id, 1), "1042")
    first, asked = thread(bot)
    assert "Ben Okafor started:" in first.text
    assert "(ticket 1042)" in first.text
    assert asked.thread_ts == first.ts == live.session.thread_ts
    await click(bot, BEN, "session.answer_2")
    await click(bot, CHLOE, "session.answer_1")
    _, one, two, fix = thread(bot)
    assert "Step 1. Is split tunnelling on?  *No* · Ben Okafor" in one.text
    assert "Step 2. Does the tunnel drop on a network cable too?  *Yes* · Chloe Marsh" in two.text
    assert "Fix: Lower the MTU to 1350 on the gateway" in fix.text
    await resolve(bot, rating="5", flow_was_right="yes")
    live = await the_session(bot)
    assert live.status is SessionStatus.RESOLVED
    assert live.session.resolution == "Lower the MTU to 1350 on the gateway"
    assert (live.session.rating, live.flow_was_right) == (5, True)
    assert [(each.choice, each.by) for each in live.session.steps] == [("No", BEN), ("Yes", CHLOE)]
    assert await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9) == 1
    said = len(bot.calls("chat.postMessage"))
    await bot.work()
    assert len(bot.calls("chat.postMessage")) == said + 1
    assert "followed *VPN drops every ten minutes* to its fix" in thread(bot)[-1].text
    assert not bot.sandbox.refused


async def test_a_click_on_a_passed_step_is_refused_with_the_present_one(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    old = step(bot)
    await click(bot, BEN, "session.answer_2")
    press = {"type": "button", "block_id": "b", "action_ts": "1.1", "action_id": "session.answer_1"}
    value = next(e["value"] for e in (old.blocks or [])[1]["elements"])
    await bot.sandbox.person(CHLOE).press(old, {**press, "value": value})
    await settled(bot)
    assert "That was step 1; now it is step 2." in await bot.told(CHLOE)
    assert len((await the_session(bot)).session.steps) == 1


async def test_a_click_that_comes_twice_counts_once_and_disturbs_nobody(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    asked = step(bot)
    await asyncio.gather(*(bot.sandbox.person(BEN).click(asked, "session.answer_2") for _ in range(2)))
    await settled(bot)
    assert len((await the_session(bot)).session.steps) == 1
    assert len(thread(bot)) == 3
    assert not bot.sandbox.ephemerals(BEN)


async def test_of_two_clicks_at_once_one_counts(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    asked = step(bot)
    await asyncio.gather(
        bot.sandbox.person(BEN).click(asked, "session.answer_1"),
        bot.sandbox.person(CHLOE).click(asked, "session.answer_2"),
    )
    await settled(bot)
    live = await the_session(bot)
    assert (len(live.session.steps), live.turn) == (1, 2)
    assert len(thread(bot)) == 3
    assert len(bot.sandbox.ephemerals(BEN) + bot.sandbox.ephemerals(CHLOE)) == 1


async def test_an_exploring_session_leaves_its_flow_and_becomes_a_proposal(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_2")
    await click(bot, BEN, "session.else")
    await fill_in(bot, BEN, "What did you find?", text="Only with <the> docking station")
    assert "What did you check" in step(bot).text
    await click(bot, BEN, "session.log")
    await fill_in(
        bot,
        BEN,
        "What did you check or do?",
        checked="Updated the dock firmware",
        found="Stays up",
        kind="action",
    )
    await resolve(bot, resolution="Updated the firmware of the docking station <!channel>")
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    await bot.work()
    assert "This became a proposal to change a flow" in thread(bot)[-1].text
    everything = "".join(said_by(message) for message in thread(bot))
    assert "<!channel>" not in everything
    assert "&lt;the&gt;" in everything
    assert not bot.sandbox.refused


async def test_a_fix_that_did_not_help_becomes_a_proposal_to_go_on_after_it(bot: Bot) -> None:
    flow = await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_2")
    await click(bot, BEN, "session.answer_1")
    await click(bot, BEN, "session.no_help")
    await click(bot, BEN, "session.log")
    checked = "Does it drop without the dock?"
    await fill_in(bot, BEN, "What did you check or do?", checked=checked, found="No", kind="question")
    await resolve(bot, resolution="Updated the firmware of the docking station")
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    async with bot.database.transaction(TEAM) as tx:
        (proposal,) = await tx.proposals.listed(None, 9)
    tree = proposal.draft.tree
    action = tree.nodes[next(option.next for option in tree.nodes["n3"].options if option.label == "Yes")]
    assert (proposal.kind, proposal.flow_id) == (ProposalKind.ENHANCEMENT, flow.id)
    assert (action.kind, action.text) == (NodeKind.ACTION, "Lower the MTU to 1350 on the gateway")
    worked, failed = action.options
    assert (worked.label, worked.next) == ("It worked", "n4")
    assert (failed.label, tree.nodes[failed.next].text) == ("It did not help", checked)


async def test_discovery_logs_steps_and_becomes_a_flow(bot: Bot) -> None:
    await bot.sandbox.person(BEN).say(
        SUPPORT, f"<@{bot.sandbox.config.bot_user}> Badge reader &amp; door do not open"
    )
    await settled(bot)
    live = await the_session(bot)
    assert live.session.problem == "Badge reader & door do not open"
    assert (live.flow, live.node) == (None, None)
    assert thread(bot)[0].thread_ts == live.session.thread_ts
    await click(bot, CHLOE, "session.log")
    await fill_in(
        bot, CHLOE, "What did you check or do?", checked="Is the controller on?", found="No", kind="question"
    )
    await resolve(bot, CHLOE, resolution="Switched the controller on and reset its fuse.")
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    await bot.work()
    assert "This became a proposal for a new flow" in thread(bot)[-1].text
    assert len(bot.cards()) == 1


async def test_what_similar_sessions_checked_is_asked_by_a_click(bot: Bot) -> None:
    await started(bot, "Badge reader at the door does not open")
    await click(bot, BEN, "session.log")
    await fill_in(
        bot, BEN, "What did you check or do?", checked="Is the <controller> on?", found="No", kind="question"
    )
    await resolve(bot, resolution="Switched the controller on.")
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    live = await started(bot, "Badge reader at the side door does not open either")
    assert (live.node, [check.hits for check in live.guidance.suggested]) == (None, [1])
    assert "Is the &lt;controller&gt; on?  (1 of 1)" in said_by(step(bot))
    await click(bot, CHLOE, "session.check_1")
    assert "1 of 1 similar session checked this." in said_by(step(bot))
    await click(bot, BEN, "session.answer_1")
    live = await the_session(bot)
    assert [(each.choice, each.by, each.place) for each in live.session.steps] == [("No", BEN, None)]
    assert (live.guidance.suggested, "Check This" in said_by(step(bot))) == ((), False)
    assert not bot.sandbox.refused


class ScriptedGuide:
    """Says what it was told to, one step a call; then it is busy. Notes what it was asked about."""

    name, cents_per_day = "scripted", 500

    def __init__(self, *steps: Node) -> None:
        self.steps = list(steps)
        self.asked: list[Session] = []

    async def next_step(self, session: Session, guidance: Guidance) -> Guided:
        self.asked.append(session)
        node = self.steps.pop(0) if self.steps else None
        spending = Spending(model="scripted", requests=1)
        return Guided(node=node, trouble=None if node else Trouble.BUSY, spending=spending)


def with_guide(bot: Bot, *steps: Node) -> ScriptedGuide:
    guide = ScriptedGuide(*steps)
    bot.desk = replace(bot.desk, guide=guide)
    return guide


async def test_a_model_leads_where_no_flow_does(bot: Bot) -> None:
    options = options_of(["It is <on>", "Off & *dead*"])
    lamp = Node(kind=NodeKind.QUESTION, text="Is the lamp <!channel> on?", help="Back", options=options)
    guide = with_guide(bot, lamp, Node(kind=NodeKind.RESOLUTION, text="Replace the controller's fuse"))
    await begun_with_guide(bot, "Badge reader of bob@example.com does not open")
    assert "Claude is thinking" in said_by(step(bot))
    await bot.work()
    assert "bob@" not in guide.asked[0].problem
    assert "Is the lamp &lt;!channel&gt; on?" in said_by(step(bot))
    assert "Proposed by Claude" in said_by(step(bot))
    await act(bot, Answer(by=BEN, turn=1, option=1))
    assert "Claude is thinking" in said_by(step(bot))
    await bot.work()
    assert "Fix: Replace the controller's fuse" in said_by(step(bot))
    await act(bot, NoHelp(by=BEN, turn=2))
    await bot.work()
    assert "Claude proposes nothing here: the service was busy." in said_by(step(bot))
    live = await the_session(bot)
    assert [each.choice for each in live.session.steps] == ["Off & *dead*", "It did not help"]
    assert len(guide.asked) == 3
    assert not bot.sandbox.refused


async def test_a_model_that_is_slower_than_people_is_not_heard(bot: Bot) -> None:
    guide = with_guide(bot, Node(kind=NodeKind.RESOLUTION, text="Replace the fuse"))
    await begun_with_guide(bot, "Badge reader does not open")
    await act(bot, LogStep(by=BEN, turn=1, kind=StepKind.ACTION, checked="The fuse", found="Fine"))
    await act(bot, Resolve(by=BEN, resolution="Switched it on"))
    await bot.work()
    live = await the_session(bot)
    assert (guide.asked, live.status, len(live.session.steps)) == ([], SessionStatus.RESOLVED, 1)


async def test_a_budget_that_is_spent_leaves_what_others_checked(bot: Bot) -> None:
    guide = with_guide(bot)
    async with bot.database.transaction(TEAM) as tx:
        settings = (await tx.workspaces.get()).settings
        await tx.workspaces.change_settings(replace(settings, model_cents_per_day=0))
    await begun_with_guide(bot, "Badge reader does not open")
    await bot.work()
    assert guide.asked == []
    assert "the day's budget was spent" in said_by(step(bot))


async def begun_with_guide(bot: Bot, problem: str) -> Troubleshooting:
    start = Start(by=Member(id=BEN, name="Ben"), problem=problem, channel=SUPPORT, key=problem)
    now = bot.clock.now()
    session_id = await start_session(bot.database, TEAM, start, has_guide=True, now=now)
    await draw_thread(bot.database, bot.deps.messenger, TEAM, session_id)
    return await the_session(bot)


async def act(bot: Bot, wanted: Act) -> None:
    session_id, now = (await the_session(bot)).session.id, bot.clock.now()
    await act_in_session(bot.database, TEAM, session_id, wanted, has_guide=True, now=now)
    await draw_thread(bot.database, bot.deps.messenger, TEAM, session_id)


async def test_back_skip_help_flag_and_pause(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await more(bot, BEN, "Help")
    await bot.modal_with(BEN, "Network settings, VPN")
    await more(bot, BEN, "Skip")
    assert (await the_session(bot)).session.steps[0].choice is None
    await more(bot, BEN, "Back")
    live = await the_session(bot)
    assert (live.session.steps, live.node, live.turn) == ((), "n1", 3)
    assert [message.text for message in thread(bot)].count(
        "Set aside. What is asked now stands further down."
    ) == 2
    await more(bot, BEN, "Flag This Step")
    await fill_in(bot, BEN, "What is wrong with it?", text="Too *vague*")
    assert [flag.note for flag in (await the_session(bot)).flags] == ["Too *vague*"]
    assert "flagged a step, “Is split tunnelling on?”: Too *vague*" in bot.cards()[-1].text
    await bot.sandbox.person(ADA).click(bot.cards()[-1], "flow.view")
    await bot.modal_with(ADA, "Turn split tunnelling off")
    await more(bot, BEN, "Pause")
    bot.clock.ahead += timedelta(hours=3)
    await click(bot, BEN, "session.resume")
    live = await the_session(bot)
    assert live.status is SessionStatus.ACTIVE
    assert timedelta(hours=3) <= live.session.paused < timedelta(hours=3, minutes=1)
    await click(bot, BEN, "session.answer_1")
    assert len((await the_session(bot)).session.steps) == 1


async def test_help_is_asked_for_and_somebody_else_takes_over(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_2")
    await click(bot, BEN, "session.escalate")
    view = await bot.modal_with(BEN, "What do you need help with?")
    await bot.sandbox.person(BEN).submit(view, {"reason": "I may not change the gateway"})
    assert "Choose a person or a channel" in str(bot.modal(BEN).errors)  # type: ignore[union-attr]
    await fill_in(
        bot, BEN, "What do you need help with?", reason="I may not change the gateway", channel=REVIEW
    )
    briefing = bot.sandbox.messages(REVIEW)[-1]
    assert "I may not change the gateway" in said_by(briefing)
    assert "Is split tunnelling on?  *No*" in said_by(briefing)
    await click(bot, BEN, "session.take_over", briefing)
    assert "somebody else has to take over" in await bot.told(BEN)
    await asyncio.gather(
        *(bot.sandbox.person(user).click(briefing, "session.take_over") for user in (ADA, CHLOE))
    )
    await settled(bot)
    live = await the_session(bot)
    assert live.status is SessionStatus.ESCALATED
    assert live.taken_by in (ADA, CHLOE)
    assert "took over." in bot.sandbox.messages(REVIEW)[-1].text
    assert (
        "took over after 1 step." in thread(bot)[-2].text or "took over after 1 step." in thread(bot)[-1].text
    )


async def test_one_thread_is_one_session_whoever_starts_it(bot: Bot) -> None:
    await bot.sandbox.person(CHLOE).say(SUPPORT, "Scanner says <b>no</b>")
    question = bot.sandbox.messages(SUPPORT)[-1]
    ben = bot.sandbox.person(BEN)
    for _ in range(2):
        await ben.message_shortcut(question, "session.troubleshoot")
        view = await bot.modal_with(BEN, "What is wrong?")
        await ben.submit(view, {"ticket": "7"})
        await settled(bot)
    assert "This thread is a session already." in str(bot.modal(BEN).errors)  # type: ignore[union-attr]
    await ben.say(SUPPORT, f"<@{bot.sandbox.config.bot_user}> {PROBLEM}", question.ts)
    await settled(bot)
    assert "No flow asks anything here." in bot.sandbox.ephemerals(BEN)[-1].text
    assert await bot.superuser.fetchval("SELECT count(*) FROM sessions") == 1
    assert [message.thread_ts for message in thread(bot)] == [question.ts] * 2


async def test_silent_sessions_are_asked_once_and_then_given_up(bot: Bot) -> None:
    await started(bot)
    async with bot.database.transaction(TEAM) as tx:
        workspace = await tx.workspaces.get()
    for hours, asked, status in ((3, 0, "active"), (2, 1, "active"), (2, 1, "active"), (24, 1, "abandoned")):
        bot.clock.ahead += timedelta(hours=hours)
        await ask_silent_sessions(bot.database, workspace, now=bot.clock.now())
        await bot.work()
        assert len([each for each in thread(bot) if "Are you still working on this?" in each.text]) == asked
        assert (await the_session(bot)).status == status


async def test_a_thread_that_slack_refused_is_completed_later(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    bot.sandbox.misbehave("chat.postMessage", "server_error", times=2)
    await click(bot, BEN, "session.answer_2")
    assert len(thread(bot)) == 2
    await bot.work()
    assert "Step 2. Does the tunnel drop" in step(bot).text
    assert len(thread(bot)) == 3


async def test_people_with_imported_sessions_alone_hear_that_none_is_in_slack(bot: Bot) -> None:
    imported = a_session(engineer=BEN, status=SessionStatus.ACTIVE, resolved_at=None)
    async with bot.database.transaction(TEAM) as tx:
        await tx.sessions.add_many([imported], now=bot.clock.now())
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot sessions")
    assert (await bot.told(BEN)).startswith("You have no sessions in Slack yet.")


async def test_people_list_their_sessions_and_show_a_step_again(bot: Bot) -> None:
    await a_flow(bot)
    await started(bot)
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot sessions")
    await settled(bot)
    listed = bot.sandbox.ephemerals(BEN)[-1]
    assert "You have 1 open session in Slack." in listed.text
    assert "/c/C0SUPPORT1" in said_by(listed)
    await click(bot, BEN, "session.show", listed)
    assert len(thread(bot)) == 3
    assert "Step 1. Is split tunnelling on?" in step(bot).text


@pytest.mark.parametrize("thread_ts", [None, "1795340000.000200"])
async def test_a_channel_that_is_closed_to_us_begins_no_session(bot: Bot, thread_ts: str | None) -> None:
    submitted = StartSubmitted(
        by=Person(workspace_id=TEAM, id=BEN),
        key="V1",
        problem=PROBLEM,
        ticket=None,
        domain=None,
        channel="C0NOWHERE1",
        thread_ts=thread_ts,
    )
    with pytest.raises(ChannelUnusableError):
        await handle_start_submitted(submitted, no_ack, bot.deps)
    assert not await bot.superuser.fetchval("SELECT count(*) FROM sessions")
    await bot.work()


async def test_a_session_survives_a_restart_and_an_event_that_comes_twice(bot: Bot) -> None:
    await a_flow(bot)
    bot.sandbox.misbehave("app_mention", "duplicate_delivery")
    await bot.sandbox.person(BEN).say(SUPPORT, f"<@{bot.sandbox.config.bot_user}> {PROBLEM}")
    await settled(bot)
    await click(bot, BEN, "session.answer_2")
    after_restart = SlackMessenger(bot.deps.api, bot.database, bot.clock)
    said = len(bot.sandbox.calls)
    live = await the_session(bot)
    await draw_thread(bot.database, after_restart, TEAM, live.session.id)
    assert len(bot.sandbox.calls) == said
    await click(bot, BEN, "session.answer_1")
    assert len(thread(bot)) == 4
    assert await bot.superuser.fetchval("SELECT count(*) FROM sessions") == 1


async def test_ticket_and_domain_typed_without_a_problem_stand_in_the_form(bot: Bot) -> None:
    await bot.sandbox.person(BEN).command(SUPPORT, "/flowpilot start ticket:77 domain:networking")
    await fill_in(bot, BEN, "What is wrong?", problem=PROBLEM, channel=SUPPORT)
    begun = (await the_session(bot)).session
    assert (begun.problem, begun.ticket, begun.problem_domain) == (PROBLEM, "77", ProblemDomain.NETWORKING)


async def test_in_a_direct_message_a_reply_in_the_thread_is_an_answer(bot: Bot) -> None:
    await a_flow(bot)
    ben, dm = bot.sandbox.person(BEN), f"D{BEN[1:]}"
    await ben.command(dm, f"/flowpilot start {PROBLEM}")
    await settled(bot)
    thread_ts = (await the_session(bot)).session.thread_ts
    for words in ("no", "Only on &lt;Mondays&gt;", "And now?"):
        await ben.say(dm, words, thread_ts)
        await settled(bot)
    steps = (await the_session(bot)).session.steps
    assert [(each.choice, each.answer_text) for each in steps] == [("No", None), (None, "Only on <Mondays>")]
    assert "Log what you checked instead." in bot.sandbox.ephemerals(BEN)[-1].text


async def no_ack(**_answer: object) -> None:
    """For a handler that nobody waits for."""


async def test_steps_that_did_not_matter_are_named_in_the_end_and_not_learnt(bot: Bot) -> None:
    live = await started(bot, "Badge reader at the door does not open")
    for checked, found in (("Is Windows up to date?", "Yes"), ("Is the controller on?", "No")):
        await click(bot, BEN, "session.log")
        await fill_in(bot, BEN, "What did you check or do?", checked=checked, found=found, kind="question")
    await click(bot, BEN, "session.resolve")
    await fill_in(bot, BEN, "What fixed it?", resolution="Switched the controller on.", beside=["1"])
    done = await the_session(bot)
    assert done.session.id == live.session.id
    assert [step.is_beside for step in done.session.steps] == [True, False]
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    await bot.work()
    (proposal,) = await list_proposals(bot.database, TEAM)
    assert [node.text for _, node, _ in proposal.draft.tree.walk()] == [
        "Is the controller on?",
        "Switched the controller on.",
    ]


async def test_another_fix_than_the_flow_knows_becomes_a_change_to_it(bot: Bot) -> None:
    """Whoever resolves while the flow still asks something has found what it does not know."""
    await a_flow(bot)
    await started(bot)
    await click(bot, BEN, "session.answer_2")
    await resolve(bot, resolution="Replaced the router, its power supply was dying.")
    done = await the_session(bot)
    assert [each.answer_text for each in done.session.steps] == [
        None,
        "Replaced the router, its power supply was dying.",
    ]
    await analyze_pending(bot.database, OutlineAnalyst(), bot.clock, limit=9)
    await bot.work()
    assert "This became a proposal to change a flow" in thread(bot)[-1].text
    (proposal,) = await list_proposals(bot.database, TEAM)
    asked = proposal.draft.tree.nodes["n3"]
    fix = proposal.draft.tree.nodes[asked.options[-1].next]
    assert (fix.kind, fix.text) == (
        NodeKind.RESOLUTION,
        "Replaced the router, its power supply was dying.",
    )
