"""Reviewers edit a draft of a proposal, and publish it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

import structlog

from bot.domain.editing import DraftMovedError, Workbench
from bot.domain.errors import AlreadyDecidedError, FlowPilotError, StaleVersionError
from bot.domain.jobs import ShowDraftPicture, ShowProposalCard
from bot.domain.members import Member
from bot.domain.proposals import Proposal, ProposalStatus
from bot.services.editing import (
    carry_over,
    change_draft,
    discard_draft,
    find_kept_draft,
    open_flow_workbench,
    open_workbench,
    publish_draft,
    read_workbench,
    start_over,
    take_over,
)
from bot.services.editing_by_hand import begin_change_by_hand, keep_as_proposal
from bot.services.jobs import leave_job
from bot.services.proposals import read_card
from bot.slack.deps import Ack, SlackDeps
from bot.slack.draft_forms import EDITS, FormError, number_of, step_at
from bot.slack.errors import ViewChangedError, ViewGoneError
from bot.slack.ids import COMMAND, Action, Callback, DraftPlace, StepVerb
from bot.slack.modals import Opening, show_modal
from bot.slack.payloads.editor import DraftClick, DraftSubmitted
from bot.slack.payloads.flows import FlowClick, FlowStepClick
from bot.slack.payloads.proposals import ProposalClick
from bot.slack.refusals import words_for
from bot.slack.views.blocks import Json
from bot.slack.views.by_hand import kept_modal, proposed_modal
from bot.slack.views.editor import text_form
from bot.slack.views.notices import loading_modal, notice_modal
from bot.slack.views.step_forms import (
    StepForm,
    add_form,
    delete_form,
    details_form,
    edit_form,
    insert_form,
    move_form,
)
from bot.slack.views.workbench import FLOW, TITLE, VERBS, page_of, workbench_modal

FORMS: Mapping[StepVerb, Callable[[StepForm], Json]] = {
    StepVerb.EDIT: edit_form,
    StepVerb.ADD: add_form,
    StepVerb.INSERT: insert_form,
    StepVerb.MOVE: move_form,
    StepVerb.DELETE: delete_form,
}
STEP_GONE = "The flagged step is not here any more. It stood in version {}."
Beginning = Callable[[Member, datetime], Awaitable[Workbench]]
Doing = Callable[[Member], Awaitable[Workbench]]


class NoRoomError(FlowPilotError):
    """Two modals are below this one, and the editor needs one more on top of it."""

    def __init__(self) -> None:
        super().__init__(
            f"Three windows are open, the most that Slack takes. Close them, and open the flow with `{COMMAND} flows`."
        )


log = structlog.get_logger(__name__)


async def handle_edit_clicked(click: ProposalClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    workspace_id, seen = click.by.workspace_id, click.seen

    async def begin(member: Member, now: datetime) -> Workbench:
        try:
            return await open_workbench(
                deps.database, workspace_id, seen.id, seen.version, by=member, now=now
            )
        except (AlreadyDecidedError, StaleVersionError):
            await leave_job(deps.database, workspace_id, ShowProposalCard(seen.id))
            raise

    await open_editor(click, begin, deps, in_place_of=click.view_id if click.in_modal else None)


async def handle_flow_edit_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def begin(member: Member, now: datetime) -> Workbench:
        _require_room(click)
        return await open_flow_workbench(
            deps.database, click.by.workspace_id, click.seen.id, by=member, now=now
        )

    await open_editor(click, begin, deps, in_place_of=click.view_id)


async def handle_flow_step_clicked(click: FlowStepClick, ack: Ack, deps: SlackDeps) -> None:
    """Edit the flow at one of its steps: the step's form alone, which the editor follows once it is saved.

    A trigger opens one modal, so the form cannot stand on top of the editor at once. Where the step is gone, or
    somebody else works on the draft, the editor opens and says so.
    """
    await ack()
    flow = click.flow

    async def make() -> Json:
        member, now = await deps.people.recognise(flow.by), deps.clock.now()
        bench = await open_flow_workbench(
            deps.database, flow.by.workspace_id, flow.seen.id, by=member, now=now
        )
        step = number_of(bench.draft.content.tree, click.node)
        if step is None:
            return workbench_modal(bench, now=now, notice=STEP_GONE.format(flow.seen.version))
        if not bench.is_mine:
            return workbench_modal(bench, page_of(step), now=now)
        place = DraftPlace(bench.draft.id, bench.draft.revision, page_of(step), step)
        return edit_form(StepForm(bench, place, click.node))

    await show_modal(flow, FLOW.title, make, deps)


async def handle_flow_propose_clicked(click: FlowClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def begin(member: Member, now: datetime) -> Workbench:
        _require_room(click)
        return await begin_change_by_hand(
            deps.database, click.by.workspace_id, click.seen.id, by=member, now=now
        )

    await open_editor(click, begin, deps, in_place_of=click.view_id)


async def open_editor(
    click: Opening, begin: Beginning, deps: SlackDeps, *, in_place_of: str | None = None
) -> None:
    """Open the editor of the draft that `begin` gives. In a modal it takes that one's place: its forms go on top."""

    async def make() -> Json:
        member, now = await deps.people.recognise(click.by), deps.clock.now()
        return workbench_modal(await begin(member, now), now=now)

    await show_modal(click, TITLE, make, deps, in_place_of=in_place_of)


def _require_room(click: FlowClick) -> None:
    if click.is_full:
        raise NoRoomError


async def handle_step_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    verb, _, number = click.chosen.partition(":")

    async def make() -> Json:
        bench = await _read(click, deps)
        if bench.draft.revision != click.place.revision:
            raise DraftMovedError
        step = int(number)
        place = DraftPlace(bench.draft.id, bench.draft.revision, click.place.page, step)
        return FORMS[StepVerb(verb)](StepForm(bench, place, step_at(bench.draft.content.tree, step)))

    await show_modal(click, VERBS[StepVerb(verb)], make, deps)


async def handle_details_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        bench = await _read(click, deps)
        return details_form(bench, DraftPlace(bench.draft.id, bench.draft.revision, click.place.page))

    await show_modal(click, TITLE, make, deps)


async def handle_text_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        bench = await _read(click, deps)
        return text_form(bench, DraftPlace(bench.draft.id, bench.draft.revision))

    await show_modal(click, "Plain text", make, deps)


async def handle_picture_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    """A worker draws the picture: this process has no charts, and no time for them."""
    await ack()
    workspace_id = click.by.workspace_id
    await deps.people.recognise(click.by)
    opened = await deps.api.call(
        workspace_id, "views.push", trigger_id=click.trigger_id, view=loading_modal("Preview")
    )
    job = ShowDraftPicture(click.place.draft_id, opened["view"]["id"])
    await leave_job(deps.database, workspace_id, job)


async def handle_page_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    page = click.place.page + (1 if click.action is Action.DRAFT_ON else -1)
    await _do(click, deps, lambda _member: _read(click, deps), page=max(0, page))


async def handle_undo_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    place, now = click.place, deps.clock.now()

    async def undo(member: Member) -> Workbench:
        return await change_draft(
            deps.database,
            click.by.workspace_id,
            place.draft_id,
            place.revision,
            lambda draft: draft.undone(now=now),
            by=member,
        )

    await _do(click, deps, undo)


async def handle_start_over_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _do(click, deps, _doing(start_over, click, deps))


async def handle_take_over_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _do(click, deps, _doing(take_over, click, deps))


async def handle_carry_over_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _do(click, deps, _doing(carry_over, click, deps))


def submitting(callback: Callback) -> Callable[[DraftSubmitted, Ack, SlackDeps], Awaitable[None]]:
    """The listener of one of the forms: it keeps the edit and draws the editor below anew, or says what is wrong.

    The editor takes the place of a form that was opened alone.
    """

    async def handle_form_submitted(form: DraftSubmitted, ack: Ack, deps: SlackDeps) -> None:
        member, now = await deps.people.recognise(form.by), deps.clock.now()
        try:
            bench = await change_draft(
                deps.database,
                form.by.workspace_id,
                form.place.draft_id,
                form.place.revision,
                lambda draft: draft.changed(EDITS[callback](draft, form), now=now),
                by=member,
            )
        except FormError as error:
            await ack(response_action="errors", errors=dict(error.blocks))
            return
        page = page_of(form.place.step) if form.place.step else form.place.page
        view = workbench_modal(bench, page, now=now)
        if form.editor_id is None:
            await ack(response_action="update", view=view)
            return
        await ack()
        await _show(deps, form.by.workspace_id, form.editor_id, view)

    return handle_form_submitted


async def handle_publish_submitted(submitted: DraftSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """Publish the draft. When that is not possible the editor stays, with the draft and the reason."""
    workspace_id, place = submitted.by.workspace_id, submitted.place
    member, now = await deps.people.recognise(submitted.by), deps.clock.now()
    try:
        done = await publish_draft(
            deps.database, workspace_id, place.draft_id, place.revision, by=member, now=now
        )
    except FlowPilotError as error:
        words = await words_for(error, deps, workspace_id)
        await ack(response_action="update", view=await _as_it_is(deps, member, workspace_id, place, words))
        return
    if isinstance(done, Proposal) and done.status is ProposalStatus.PENDING:
        card = await read_card(deps.database, workspace_id, done.id)
        await ack(response_action="update", view=proposed_modal(card))
    else:
        await ack()


async def handle_discard_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    place, workspace_id = click.place, click.by.workspace_id
    member = await deps.people.recognise(click.by)
    try:
        await discard_draft(deps.database, workspace_id, place.draft_id, place.revision, by=member)
        view = notice_modal("Draft", "The draft is gone.")
    except FlowPilotError as error:
        view = await _as_it_is(deps, member, workspace_id, place, await words_for(error, deps, workspace_id))
    await _show(deps, workspace_id, click.view_id, view)


async def handle_keep_clicked(click: DraftClick, ack: Ack, deps: SlackDeps) -> None:
    """What somebody edited while somebody else decided becomes a proposal by hand."""
    await ack()

    async def begin(member: Member, now: datetime) -> Workbench:
        workspace_id, draft_id = click.by.workspace_id, click.place.draft_id
        return await keep_as_proposal(deps.database, workspace_id, draft_id, by=member, now=now)

    await open_editor(click, begin, deps, in_place_of=click.view_id)


def _doing(act: Callable[..., Awaitable[Workbench]], click: DraftClick, deps: SlackDeps) -> Doing:
    place = click.place

    def do(member: Member) -> Awaitable[Workbench]:
        return act(
            deps.database,
            click.by.workspace_id,
            place.draft_id,
            place.revision,
            by=member,
            now=deps.clock.now(),
        )

    return do


async def _do(click: DraftClick, deps: SlackDeps, do: Doing, *, page: int | None = None) -> None:
    """Do it and draw the editor anew. Of a double click, the second finds the draft changed and only draws."""
    workspace_id = click.by.workspace_id
    member = await deps.people.recognise(click.by)
    page = click.place.page if page is None else page
    as_it_is = partial(_as_it_is, deps, member, workspace_id, click.place, page=page)
    try:
        view = workbench_modal(await do(member), page, now=deps.clock.now())
    except DraftMovedError:
        view = await as_it_is("")
    except FlowPilotError as error:
        view = await as_it_is(await words_for(error, deps, workspace_id))
    try:
        await _show(deps, workspace_id, click.view_id, view, seen=click.view_hash)
    except ViewChangedError:
        await _show(deps, workspace_id, click.view_id, await as_it_is(""))


async def _as_it_is(
    deps: SlackDeps,
    member: Member,
    workspace_id: str,
    place: DraftPlace,
    words: str,
    *,
    page: int | None = None,
) -> Json:
    """The editor as things stand, with the words in it; the words alone when there is no draft any more."""
    try:
        bench = await read_workbench(deps.database, workspace_id, place.draft_id, by=member)
    except FlowPilotError as error:
        words = words or await words_for(error, deps, workspace_id)
        kept = await find_kept_draft(deps.database, workspace_id, place.draft_id, by=member)
        return kept_modal(words, place) if kept else notice_modal(TITLE, words)
    page = place.page if page is None else page
    return workbench_modal(bench, page, now=deps.clock.now(), notice=words)


async def _read(click: DraftClick, deps: SlackDeps) -> Workbench:
    member = await deps.people.recognise(click.by)
    return await read_workbench(deps.database, click.by.workspace_id, click.place.draft_id, by=member)


async def _show(
    deps: SlackDeps, workspace_id: str, view_id: str, view: Json, *, seen: str | None = None
) -> None:
    """Show it in the open view. Raises ViewChangedError if that is not what was `seen`."""
    try:
        await deps.api.call(workspace_id, "views.update", view_id=view_id, view=view, hash=seen)
    except ViewGoneError:
        log.info("slack.modal_closed", workspace=workspace_id)
