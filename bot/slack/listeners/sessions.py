"""Troubleshooting in threads: somebody starts a session, answers its steps, ends it."""

from __future__ import annotations

import re
from contextlib import suppress

import structlog

from bot.domain.errors import FlowPilotError
from bot.domain.proposals import MessageRef
from bot.domain.session_acts import (
    Abandon,
    Act,
    Answer,
    AskAgain,
    Back,
    Escalate,
    LogStep,
    NoHelp,
    Pause,
    Resolve,
    Resume,
    SayElse,
    Skip,
    TakeOver,
    TakeUp,
)
from bot.domain.sessions import ProblemDomain, StepKind
from bot.domain.troubleshooting import SessionOverError, suggested_resolution
from bot.domain.typed_answers import Typed
from bot.services.threads import draw_thread
from bot.services.troubleshooting import (
    Start,
    act_in_session,
    discard_session,
    find_thread,
    flag_step,
    follow_offer,
    list_sessions,
    read_open_step,
    read_session,
    start_session,
)
from bot.slack.commands import StartAsked
from bot.slack.conversations import others_are_silent
from bot.slack.deps import Ack, SlackDeps
from bot.slack.errors import UNSPOKEN, ChannelUnusableError
from bot.slack.ids import Field, SessionVerb
from bot.slack.modals import show_modal
from bot.slack.payloads.conversation import CommandTyped, DirectMessage, Mentioned, ThreadReply
from bot.slack.payloads.sessions import (
    AnswerClick,
    CheckClick,
    MoreClick,
    SessionClick,
    SessionSubmitted,
    StartClick,
    StartSubmitted,
)
from bot.slack.permalinks import thread_links
from bot.slack.replies import answer
from bot.slack.views.blocks import Json
from bot.slack.views.session_forms import (
    UNKNOWN,
    YES,
    else_modal,
    escalate_modal,
    flag_modal,
    help_modal,
    log_modal,
    resolve_modal,
    start_modal,
)
from bot.slack.views.sessions import sessions_message
from bot.slack.views.step_scripts import script_modal

NO_HELP = "This step has no help."
ONE_TARGET = "Choose a person or a channel, one of them."
_GREETING = re.compile(r"\W*(?:hi|hello|hey|help|what can you do)?\W*", re.IGNORECASE)

log = structlog.get_logger(__name__)


def asks_for_help(words: str) -> bool:
    """Whether somebody speaks to the bot without a problem."""
    return _GREETING.fullmatch(words) is not None


async def handle_start_asked(command: CommandTyped, asked: StartAsked, ack: Ack, deps: SlackDeps) -> None:
    """Start at once; without a problem, ask for it."""
    await ack()
    workspace_id = command.by.workspace_id
    if not asked.problem:
        view = start_modal(ticket=asked.ticket, domain=asked.domain)
        await deps.api.call(workspace_id, "views.open", trigger_id=command.trigger_id, view=view)
        return
    start = Start(
        by=await deps.people.recognise(command.by),
        problem=asked.problem,
        channel=command.channel,
        key=f"command:{command.trigger_id}",
        ticket=asked.ticket,
        domain=asked.domain,
    )
    await _open_thread(deps, workspace_id, await _begin(deps, workspace_id, start))


async def handle_problem_mentioned(mention: Mentioned, asked: StartAsked, deps: SlackDeps) -> None:
    """The session is worked in the thread of the mention."""
    workspace_id = mention.by.workspace_id
    start = Start(
        by=await deps.people.recognise(mention.by),
        problem=asked.problem,
        channel=mention.channel,
        thread_ts=mention.thread_ts,
        key=f"mention:{mention.channel}:{mention.ts}",
        ticket=asked.ticket,
        domain=asked.domain,
    )
    await _open_thread(deps, workspace_id, await _begin(deps, workspace_id, start))


async def took_as_answer(message: DirectMessage | Mentioned, deps: SlackDeps) -> bool:
    """Whether it was written to FlowPilot in the thread of a session; then it answers the step that is open."""
    if message.thread_ts in (None, message.ts):
        return False
    workspace_id, at = message.by.workspace_id, MessageRef(message.channel, message.thread_ts or "")
    session_id = await find_thread(deps.database, workspace_id, at)
    if session_id is None:
        return False
    await deps.people.recognise(message.by)
    step = await read_open_step(deps.database, workspace_id, session_id)
    typed = Typed(by=message.by.id, words=message.words, ts=message.ts)
    await _carry_out(deps, workspace_id, session_id, step.answered_by(typed))
    await _draw(deps, workspace_id, session_id)
    return True


async def handle_replied(reply: ThreadReply, deps: SlackDeps) -> None:
    """People talk to each other here. The label of an answer is that answer where nobody else has spoken since.

    Everything else is left alone, in silence: who speaks to a colleague wants no word from us.
    """
    workspace_id, at = reply.by.workspace_id, MessageRef(reply.channel, reply.thread_ts)
    session_id = await find_thread(deps.database, workspace_id, at)
    if session_id is None:
        return
    step = await read_open_step(deps.database, workspace_id, session_id)
    answered = step.labelled_by(Typed(by=reply.by.id, words=reply.words, ts=reply.ts))
    if answered is None or not await others_are_silent(
        deps.api, workspace_id, at, reply.by.id, after=step.ts or "", before=reply.ts
    ):
        return
    await deps.people.recognise(reply.by)
    with suppress(FlowPilotError):  # somebody was faster
        await _carry_out(deps, workspace_id, session_id, answered)
    await _draw(deps, workspace_id, session_id)


async def handle_start_clicked(click: StartClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    place = f"{click.thread.channel}:{click.thread.ts}" if click.thread else ""
    view = start_modal(click.problem, place=place)
    method = "views.push" if click.in_modal else "views.open"
    await deps.api.call(click.by.workspace_id, method, trigger_id=click.trigger_id, view=view)


async def handle_start_submitted(submitted: StartSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """What is refused is said in the form."""
    workspace_id = submitted.by.workspace_id
    start = Start(
        by=await deps.people.recognise(submitted.by),
        problem=submitted.problem,
        channel=submitted.channel,
        thread_ts=submitted.thread_ts,
        key=f"form:{submitted.key}",
        ticket=submitted.ticket,
        domain=ProblemDomain(submitted.domain) if submitted.domain else None,
    )
    session_id = await _begin(deps, workspace_id, start)
    await ack()
    await _open_thread(deps, workspace_id, session_id)


async def handle_sessions_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    workspace_id = command.by.workspace_id
    mine = await list_sessions(deps.database, workspace_id, command.by.id)
    links = await thread_links(deps.api, workspace_id, [live.session for live in (*mine.open, *mine.ended)])
    await answer(deps.api, command.reply, sessions_message(mine, links))


async def handle_answer_clicked(answered: AnswerClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    click = answered.click
    await _act(deps, click, Answer(by=click.by.id, turn=click.at.turn, option=answered.option))


async def handle_check_clicked(chosen: CheckClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    click = chosen.click
    await _act(deps, click, TakeUp(by=click.by.id, turn=click.at.turn, number=chosen.number))


async def handle_no_help_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _act(deps, click, NoHelp(by=click.by.id, turn=click.at.turn))


async def handle_follow_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await deps.people.recognise(click.by)
    session_id, by = click.at.session_id, click.by
    await follow_offer(
        deps.database, by.workspace_id, session_id, by=by.id, turn=click.at.turn, now=deps.clock.now()
    )
    await _draw(deps, by.workspace_id, session_id)


async def handle_resume_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _act(deps, click, Resume(by=click.by.id))


async def handle_abandon_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _act(deps, click, Abandon(by=click.by.id))


async def handle_show_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _act(deps, click, AskAgain(by=click.by.id))


async def handle_take_over_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _act(deps, click, TakeOver(by=click.by.id))


async def handle_more_clicked(more: MoreClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    click = more.click
    match more.verb:
        case SessionVerb.SKIP:
            await _act(deps, click, Skip(by=click.by.id, turn=click.at.turn))
        case SessionVerb.BACK:
            await _act(deps, click, Back(by=click.by.id, turn=click.at.turn))
        case SessionVerb.PAUSE:
            await _act(deps, click, Pause(by=click.by.id))
        case SessionVerb.FLAG:
            await _open(deps, click, flag_modal(click.at))
        case SessionVerb.HELP:
            await _show_help(click, deps)


async def handle_script_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    """The statements of the step. Of one that was answered meanwhile they are in the flow, not here."""
    await ack()

    async def make() -> Json:
        live, tree = await read_session(deps.database, click.by.workspace_id, click.at.session_id)
        node = live.asked(tree)
        return script_modal(node.script if node and live.turn == click.at.turn else None)

    await show_modal(click, "Script", make, deps)


async def handle_else_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _open(deps, click, else_modal(click.at))


async def handle_log_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _open(deps, click, log_modal(click.at))


async def handle_escalate_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _open(deps, click, escalate_modal(click.at))


async def handle_resolve_clicked(click: SessionClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        workspace_id, session_id = click.by.workspace_id, click.at.session_id
        live, tree = await read_session(deps.database, workspace_id, session_id)
        if not live.is_open:
            raise SessionOverError(live.status)
        return resolve_modal(
            click.at,
            suggested_resolution(live, tree),
            asks_about_flow=live.flow is not None,
            steps=live.session.steps,
        )

    await show_modal(click, "Resolved", make, deps)


async def handle_else_submitted(submitted: SessionSubmitted, ack: Ack, deps: SlackDeps) -> None:
    said = SayElse(by=submitted.by.id, turn=submitted.at.turn, text=submitted.values[Field.TEXT])
    await _act_submitted(deps, submitted, said, ack)


async def handle_log_submitted(submitted: SessionSubmitted, ack: Ack, deps: SlackDeps) -> None:
    logged = LogStep(
        by=submitted.by.id,
        turn=submitted.at.turn,
        kind=StepKind(submitted.values[Field.KIND]),
        checked=submitted.values[Field.CHECKED],
        found=submitted.values[Field.FOUND],
    )
    await _act_submitted(deps, submitted, logged, ack)


async def handle_resolve_submitted(submitted: SessionSubmitted, ack: Ack, deps: SlackDeps) -> None:
    rating = submitted.values[Field.RATING]
    right = submitted.values.get(Field.FLOW_WAS_RIGHT, UNKNOWN)
    beside = submitted.values.get(Field.BESIDE, "")
    resolved = Resolve(
        by=submitted.by.id,
        resolution=submitted.values[Field.RESOLUTION],
        rating=int(rating) if rating else None,
        flow_was_right=None if right == UNKNOWN else right == YES,
        beside=frozenset(int(turn) for turn in beside.split(",") if turn),
    )
    await _act_submitted(deps, submitted, resolved, ack)


async def handle_escalate_submitted(submitted: SessionSubmitted, ack: Ack, deps: SlackDeps) -> None:
    targets = [to for to in (submitted.values[Field.PERSON], submitted.values[Field.CHANNEL]) if to]
    if len(targets) != 1:
        await ack(response_action="errors", errors={Field.PERSON.value: ONE_TARGET})
        return
    asked = Escalate(by=submitted.by.id, reason=submitted.values[Field.REASON], to=targets[0])
    await _act_submitted(deps, submitted, asked, ack)


async def handle_flag_submitted(submitted: SessionSubmitted, ack: Ack, deps: SlackDeps) -> None:
    member = await deps.people.recognise(submitted.by)
    workspace_id, session_id = submitted.by.workspace_id, submitted.at.session_id
    note = submitted.values[Field.TEXT]
    await flag_step(deps.database, workspace_id, session_id, note, by=member, now=deps.clock.now())
    await ack()
    await _draw(deps, workspace_id, session_id)


async def _begin(deps: SlackDeps, workspace_id: str, start: Start) -> int:
    now = deps.clock.now()
    return await start_session(deps.database, workspace_id, start, has_guide=deps.has_guide, now=now)


async def _open_thread(deps: SlackDeps, workspace_id: str, session_id: int) -> None:
    """A session whose channel is closed to us does not begin."""
    try:
        await _draw(deps, workspace_id, session_id)
    except ChannelUnusableError:
        await discard_session(deps.database, workspace_id, session_id)
        raise


async def _carry_out(deps: SlackDeps, workspace_id: str, session_id: int, wanted: Act) -> None:
    now = deps.clock.now()
    await act_in_session(deps.database, workspace_id, session_id, wanted, has_guide=deps.has_guide, now=now)


async def _act(deps: SlackDeps, click: SessionClick, wanted: Act) -> None:
    await deps.people.recognise(click.by)
    workspace_id, session_id = click.by.workspace_id, click.at.session_id
    try:
        await _carry_out(deps, workspace_id, session_id, wanted)
    except FlowPilotError:
        # What the person clicked may be old because it was not redrawn.
        await _draw(deps, workspace_id, session_id)
        raise
    await _draw(deps, workspace_id, session_id)


async def _act_submitted(deps: SlackDeps, submitted: SessionSubmitted, wanted: Act, ack: Ack) -> None:
    """What is refused is said in the form, which stays open."""
    await deps.people.recognise(submitted.by)
    workspace_id, session_id = submitted.by.workspace_id, submitted.at.session_id
    await _carry_out(deps, workspace_id, session_id, wanted)
    await ack()
    await _draw(deps, workspace_id, session_id)


async def _draw(deps: SlackDeps, workspace_id: str, session_id: int) -> None:
    """At once; where Slack does not let us, the job that waits does it later."""
    try:
        await draw_thread(deps.database, deps.messenger, workspace_id, session_id)
    except ChannelUnusableError:
        raise
    except UNSPOKEN as error:
        log.warning("slack.thread_late", workspace=workspace_id, session=session_id, reason=str(error))


async def _open(deps: SlackDeps, click: SessionClick, view: Json) -> None:
    await deps.api.call(click.by.workspace_id, "views.open", trigger_id=click.trigger_id, view=view)


async def _show_help(click: SessionClick, deps: SlackDeps) -> None:
    async def make() -> Json:
        live, tree = await read_session(deps.database, click.by.workspace_id, click.at.session_id)
        node = live.asked(tree)
        return help_modal(node.help if node and node.help else NO_HELP)

    await show_modal(click, "Help", make, deps)
