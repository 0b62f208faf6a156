"""Anybody proposes a new flow, or again what came to nothing."""

from __future__ import annotations

from datetime import datetime

from bot.domain.editing import Workbench, begun_flow
from bot.domain.members import Member
from bot.domain.sessions import ProblemDomain
from bot.domain.tree_edits import begun_problems
from bot.services.editing_by_hand import begin_proposal_by_hand, find_begun_flow, propose_again
from bot.slack.deps import Ack, SlackDeps
from bot.slack.ids import Field
from bot.slack.listeners.editor import open_editor
from bot.slack.modals import show_modal
from bot.slack.payloads.details import FlowBegun
from bot.slack.payloads.proposals import ProposalClick, QueueClick
from bot.slack.views.blocks import Json
from bot.slack.views.by_hand import TITLE, begin_form
from bot.slack.views.workbench import workbench_modal


async def handle_begin_clicked(click: QueueClick, ack: Ack, deps: SlackDeps) -> None:
    """A new flow begins with a form; one that was begun and not proposed yet is gone on with."""
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        begun = await find_begun_flow(deps.database, click.by.workspace_id, by=member)
        return workbench_modal(begun, now=deps.clock.now()) if begun else begin_form()

    await show_modal(click, TITLE, make, deps)


async def handle_again_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def begin(member: Member, now: datetime) -> Workbench:
        return await propose_again(deps.database, click.by.workspace_id, click.seen.id, by=member, now=now)

    await open_editor(click, begin, deps, in_place_of=click.view_id if click.in_modal else None)


async def handle_flow_begun(begun: FlowBegun, ack: Ack, deps: SlackDeps) -> None:
    """The editor takes the place of the form."""
    member = await deps.people.recognise(begun.by)
    answers = [line.strip() for line in begun.entered[Field.LABEL].splitlines() if line.strip()]
    title, question = (begun.entered[field].strip() for field in (Field.TITLE, Field.TEXT))
    problems = {field.value: words for field, words in begun_problems(question, answers).items()}
    if not title:
        problems[Field.TITLE.value] = "Write a title."
    if problems:
        await ack(response_action="errors", errors=problems)
        return
    domain = ProblemDomain(begun.domain) if begun.domain else None
    content = begun_flow(title, question, answers, domain)
    now = deps.clock.now()
    bench = await begin_proposal_by_hand(deps.database, begun.by.workspace_id, content, by=member, now=now)
    await ack(response_action="update", view=workbench_modal(bench, now=now))
