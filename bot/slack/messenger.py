"""Speaks to people in Slack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

import structlog

from bot.domain.captures import Captured
from bot.domain.cards import Asked, Document, Picture, ProposalCard
from bot.domain.dashboard import Dashboard
from bot.domain.digests import Digest
from bot.domain.editing import EditingDraft
from bot.domain.flow_pages import FlowPage
from bot.domain.heat_maps import HeatMap
from bot.domain.homes import HomeFacts
from bot.domain.ports import Clock
from bot.domain.proposals import MessageRef, ProposalStatus
from bot.domain.scripts import Place, ScriptCard, ScriptStatus, ScriptTemplate
from bot.domain.step_scripts import TemplateCard
from bot.domain.threads import SessionThread
from bot.services.members import list_reviewers
from bot.services.workspaces import active_workspaces, leave_workspace
from bot.slack.api import SlackApi, Sleep
from bot.slack.errors import (
    UNSPOKEN,
    ChannelUnusableError,
    FileNotReadyError,
    InstallationGoneError,
    MessageGoneError,
    SlackRefusedError,
    ViewChangedError,
    ViewGoneError,
)
from bot.slack.files import Pictures, upload
from bot.slack.pace import Pace, Recent, Turns
from bot.slack.payloads.envelopes import Reply
from bot.slack.permalinks import permalink, thread_links
from bot.slack.replies import answer
from bot.slack.speech import Speech
from bot.slack.threads import Threads
from bot.slack.views.blocks import Json
from bot.slack.views.by_hand import author_message
from bot.slack.views.captures import captured_message
from bot.slack.views.digest_details import digest_details
from bot.slack.views.digests import digest_message
from bot.slack.views.flows import file_message, flow_modal
from bot.slack.views.heat_maps import heat_modal
from bot.slack.views.home import home_view
from bot.slack.views.notices import notice_message
from bot.slack.views.proposals import proposal_card
from bot.slack.views.scripts import (
    confirmation_message,
    draft_message,
    script_filename,
    script_message,
)
from bot.slack.views.stats import dashboard_answer, dashboard_message
from bot.slack.views.step_scripts import template_message
from bot.slack.views.workbench import picture_view
from storage.database import Database

SECONDS_BETWEEN_MESSAGES = 1.0
"""In one channel: Slack's rule for chat.postMessage."""
FILE_WAIT_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long to wait, again and again, for Slack to finish processing a picture."""

Words = Callable[[Json | None], Json]
"""Makes a message around the block of a picture, or without one."""
Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class SlackMessenger:
    """The messenger of `bot.domain.ports`, in Slack.

    Each method raises what `SlackApi.call` raises; the job that called is then tried again later.
    """

    def __init__(
        self,
        api: SlackApi,
        database: Database,
        clock: Clock,
        *,
        sleep: Sleep = asyncio.sleep,
        elapsed: Callable[[], float] = time.monotonic,
        seconds_between_messages: float = SECONDS_BETWEEN_MESSAGES,
    ) -> None:
        """`elapsed` is a clock that never goes back, in seconds."""
        self._api = api
        self._database = database
        self._clock = clock
        self._sleep = sleep
        self._pictures = Pictures(api)
        self._turns = Turns()
        self._drawn: Recent[int] = Recent()
        pace = Pace(seconds_between_messages, elapsed=elapsed, sleep=sleep)
        self._speech = Speech(api, database, clock, pace=pace, sleep=sleep)
        self._threads = Threads(api, self._speech)

    async def show_proposal(
        self, workspace_id: str, channel: str, card: ProposalCard, picture: Picture
    ) -> MessageRef:
        """Post the card, or redraw it where it stands. A card that was deleted is posted anew while it waits."""
        name = f"{workspace_id}:{card.proposal.id}"
        async with self._watching(workspace_id), self._turns.turn(name):
            links = await thread_links(self._api, workspace_id, card.sources)
            words = partial(proposal_card, card, links=links)
            show = partial(self._show_card, workspace_id, channel, card)
            return await self._with_picture(workspace_id, words, picture, show)

    async def send_dashboard(
        self,
        workspace_id: str,
        to: str,
        dashboard: Dashboard,
        picture: Picture | None,
        *,
        asked_by: str,
        key: str,
    ) -> MessageRef:
        """Post the dashboard. Where FlowPilot cannot speak, the person who asked is told so instead."""
        words = partial(dashboard_message, dashboard, asked_by=asked_by)
        async with self._watching(workspace_id):
            try:
                post = partial(self._speech.post, workspace_id, to, key=key)
                return await self._with_picture(workspace_id, words, picture, post)
            except ChannelUnusableError as error:
                if to == asked_by:
                    raise
                return await self._tell(workspace_id, asked_by, str(error), key=f"{key}:unusable")

    async def replace_dashboard(
        self,
        workspace_id: str,
        at: MessageRef,
        dashboard: Dashboard,
        picture: Picture | None,
        *,
        asked_by: str,
    ) -> None:
        """Redraw a dashboard where it stands; one that was deleted is posted anew."""
        words = partial(dashboard_message, dashboard, asked_by=asked_by)
        key = f"stats:after:{at.channel}:{at.ts}:{dashboard.window.days}"
        async with self._watching(workspace_id):
            try:
                rewrite = partial(self._speech.rewrite, workspace_id, at)
                await self._with_picture(workspace_id, words, picture, rewrite)
            except MessageGoneError:
                post = partial(self._speech.post, workspace_id, at.channel, key=key)
                await self._with_picture(workspace_id, words, picture, post)

    async def answer_stats(
        self, workspace_id: str, dashboard: Dashboard, *, at: Asked, shared: bool, key: str
    ) -> None:
        """The headline where the question was asked; where that is not possible any more, by direct message."""
        if await self._speech.find(workspace_id, key) is not None:
            return
        reply = Reply(
            workspace_id=workspace_id, user=at.user, response_url=at.response_url, channel=at.channel
        )
        async with self._watching(workspace_id):
            await answer(self._api, reply, dashboard_answer(dashboard, shared=shared))
        await self._speech.note(workspace_id, key, MessageRef(at.channel, ""))

    async def post_digest(
        self, workspace_id: str, to: str, digest: Digest, picture: Picture | None, *, key: str
    ) -> MessageRef:
        """Post the digest. Where FlowPilot cannot speak, the admins are told, once a week."""
        async with self._watching(workspace_id):
            post = partial(self._speech.post, workspace_id, to, key=key)
            return await self._with_picture(workspace_id, partial(digest_message, digest), picture, post)

    async def post_digest_details(
        self, workspace_id: str, at: MessageRef, digest: Digest, *, key: str
    ) -> None:
        details = digest_details(digest)
        async with self._watching(workspace_id):
            await self._speech.post(workspace_id, at.channel, details, key=key, thread_ts=at.ts)

    async def show_draft(
        self, workspace_id: str, view_id: str, draft: EditingDraft, picture: Picture
    ) -> None:
        await self._update_view(workspace_id, view_id, partial(picture_view, draft), picture)

    async def show_flow_page(
        self,
        workspace_id: str,
        view_id: str,
        page: FlowPage,
        picture: Picture,
        *,
        over: str,
        notice: str | None,
    ) -> None:
        """Draw the page anew where it stands, with the picture of the tree.

        Whoever went on to the editor meanwhile keeps it.
        """
        words = partial(flow_modal, page, notice=notice)
        await self._update_view(workspace_id, view_id, words, picture, over=over)

    async def show_heat_map(
        self, workspace_id: str, view_id: str, heat: HeatMap, picture: Picture, *, over: str, leads_back: bool
    ) -> None:
        """Draw the heat map anew where it stands, with its picture."""
        words = partial(heat_modal, heat, leads_back=leads_back)
        await self._update_view(workspace_id, view_id, words, picture, over=over)

    async def tell_author(self, workspace_id: str, user: str, card: ProposalCard) -> None:
        """What was said first is rewritten, so that it offers nothing that is over; what is new is said besides."""
        key, version = f"author:{card.proposal.id}", card.proposal.version
        words = author_message(card)
        async with self._watching(workspace_id):
            first = await self._speech.find(workspace_id, f"{key}:1")
            if first is not None and version > 1:
                with suppress(MessageGoneError):
                    await self._speech.rewrite(workspace_id, first, words)
            await self._speech.post(workspace_id, user, words, key=f"{key}:{version}")

    async def send_document(self, workspace_id: str, user: str, document: Document, *, key: str) -> None:
        """Say by direct message what comes, then send it. What was sent already is not sent again."""
        async with self._watching(workspace_id):
            said = file_message(document.title, document.filename)
            at = await self._speech.post(workspace_id, user, said, key=key)
            if await self._speech.find(workspace_id, f"{key}:file") is None:
                await upload(self._api, workspace_id, document, channel=at.channel)
                await self._speech.note(workspace_id, f"{key}:file", at)

    async def show_script(self, workspace_id: str, card: ScriptCard) -> None:
        """Ask about it where a second person sees that; or close the question and send the file, which goes once."""
        script, key = card.script, f"script:{card.script.id}"
        async with self._watching(workspace_id):
            if script.status is ScriptStatus.WAITING:
                to, thread = card.ask_in or script.created_by, script.place.thread_ts
                await self._speech.post(
                    workspace_id, to, confirmation_message(card), key=f"{key}:confirm", thread_ts=thread
                )
                return
            await self._close_question(workspace_id, f"{key}:confirm", confirmation_message(card))
            to, thread = script.place.channel or script.created_by, script.place.thread_ts
            at = await self._speech.post(workspace_id, to, script_message(card), key=key, thread_ts=thread)
            if await self._speech.find(workspace_id, f"{key}:file") is None:
                document = Document(
                    content=script.content, filename=script_filename(script), title=script.title
                )
                await upload(self._api, workspace_id, document, channel=at.channel, thread_ts=thread)
                await self._speech.note(workspace_id, f"{key}:file", at)

    async def offer_draft(
        self, workspace_id: str, user: str, template: ScriptTemplate, place: Place, *, key: str
    ) -> None:
        async with self._watching(workspace_id):
            await self._speech.post(
                workspace_id, user, draft_message(template, session_id=place.session_id), key=key
            )

    async def ask_about_template(self, workspace_id: str, to: str, card: TemplateCard) -> None:
        key, said = f"script_template:{card.template.id}:{to}", template_message(card)
        async with self._watching(workspace_id):
            if not await self._close_question(workspace_id, key, said):
                await self._speech.post(workspace_id, to, said, key=key)

    async def _close_question(self, workspace_id: str, key: str, message: Json) -> bool:
        """Put what is true now in the place of an earlier question; whether there was one."""
        at = await self._speech.find(workspace_id, key)
        if at is None:
            return False
        try:
            await self._speech.rewrite(workspace_id, at, message)
        except MessageGoneError:
            log.info("slack.question_gone", workspace=workspace_id)
        return True

    async def show_session(self, workspace_id: str, thread: SessionThread) -> MessageRef | None:
        """A channel that is closed to FlowPilot is the trouble of those who chose it, not of the admins."""
        try:
            return await self._threads.show(workspace_id, thread)
        except InstallationGoneError as error:
            await self._leave(workspace_id, error)
            raise

    async def show_captured(self, workspace_id: str, thread: MessageRef, captured: Captured) -> None:
        """People capture what FlowPilot cannot answer to as well; then it is silent."""
        if captured.learnt is None:
            return
        card = captured.learnt.card
        url = await permalink(self._api, workspace_id, card) if card else None
        words, key = captured_message(captured.learnt, url), f"session:{captured.session_id}:outcome"
        try:
            await self._speech.post(workspace_id, thread.channel, words, key=key, thread_ts=thread.ts)
        except ChannelUnusableError as error:
            log.info("slack.outcome_unsaid", workspace=workspace_id, reason=error.reason)
        except InstallationGoneError as error:
            await self._leave(workspace_id, error)
            raise

    async def publish_home(self, workspace_id: str, facts: HomeFacts, *, over: str | None) -> str | None:
        async with self._watching(workspace_id):
            sessions = [own.session for own in (*facts.own.open, *facts.own.closed)]
            links = await thread_links(self._api, workspace_id, sessions)
            view = home_view(facts, links, now=self._clock.now())
            stated = {"hash": over} if over else {}
            try:
                answer = await self._api.call(
                    workspace_id, "views.publish", user_id=facts.member.id, view=view, **stated
                )
            except ViewChangedError:
                return None
            return str(answer["view"]["hash"])

    async def tell(self, workspace_id: str, user: str, sentence: str, *, key: str) -> None:
        """A direct message of one sentence, given as plain text."""
        async with self._watching(workspace_id):
            await self._tell(workspace_id, user, sentence, key=key)

    async def say(
        self, workspace_id: str, to: str, message: Json, *, key: str, thread_ts: str | None = None
    ) -> None:
        """Post a message that is worded already, to a channel, a thread or a person."""
        async with self._watching(workspace_id):
            await self._speech.post(workspace_id, to, message, key=key, thread_ts=thread_ts)

    async def _tell(self, workspace_id: str, user: str, sentence: str, *, key: str) -> MessageRef:
        return await self._speech.post(workspace_id, user, notice_message(sentence), key=key)

    async def _show_card(
        self, workspace_id: str, channel: str, card: ProposalCard, message: Json
    ) -> MessageRef:
        proposal = card.proposal
        key = f"proposal:{proposal.id}"
        at = proposal.card or await self._speech.find(workspace_id, key)
        while at is not None:
            try:
                await self._redraw(workspace_id, at, card, message)
            except MessageGoneError:
                if proposal.status is not ProposalStatus.PENDING:
                    return at
                key = f"proposal:{proposal.id}:after:{at.ts}"
                at = await self._speech.find(workspace_id, key)
            else:
                return at
        return await self._speech.post(workspace_id, channel, message, key=key)

    async def _redraw(self, workspace_id: str, at: MessageRef, card: ProposalCard, message: Json) -> None:
        """Two jobs may read the proposal in one order and draw it in the other: the newer state stays."""
        name = f"{workspace_id}:{at.channel}:{at.ts}"
        if (self._drawn.get(name) or 0) <= card.proposal.version:
            await self._speech.rewrite(workspace_id, at, message)
            self._drawn.put(name, card.proposal.version)

    async def _update_view(
        self, workspace_id: str, view_id: str, words: Words, picture: Picture, *, over: str | None = None
    ) -> None:
        """Say it in an open view; one that was closed, or is not what Slack's hash `over` says, stays as it is."""

        async def show(view: Json) -> None:
            await self._api.call(workspace_id, "views.update", view_id=view_id, hash=over, view=view)

        async with self._watching(workspace_id):
            try:
                await self._with_picture(workspace_id, words, picture, show)
            except (ViewGoneError, ViewChangedError):
                log.info("slack.modal_left", workspace=workspace_id)

    async def _with_picture(
        self,
        workspace_id: str,
        words: Words,
        picture: Picture | None,
        say: Callable[[Json], Awaitable[Result]],
    ) -> Result:
        """Say it with the picture as soon as Slack shows that, in words alone if it does not."""
        block = await self._block_of(workspace_id, picture)
        for wait in FILE_WAIT_SECONDS if block else ():
            try:
                return await say(words(block))
            except FileNotReadyError:
                await self._sleep(wait)
        try:
            return await say(words(block))
        except FileNotReadyError:
            log.warning("slack.picture_left_out", workspace=workspace_id)
            return await say(words(None))

    async def _block_of(self, workspace_id: str, picture: Picture | None) -> Json | None:
        try:
            return await self._pictures.block_of(workspace_id, picture) if picture else None
        except SlackRefusedError as error:
            log.warning("slack.upload_refused", workspace=workspace_id, reason=str(error))
            return None

    @asynccontextmanager
    async def _watching(self, workspace_id: str) -> AsyncIterator[None]:
        """What a refusal means for the workspace, whatever was being said."""
        try:
            yield
        except ChannelUnusableError as error:
            await self._tell_admins(workspace_id, error)
            raise
        except InstallationGoneError as error:
            await self._leave(workspace_id, error)
            raise

    async def _tell_admins(self, workspace_id: str, error: ChannelUnusableError) -> None:
        week = f"{self._clock.now():%G-%V}"
        for admin in await list_reviewers(self._database, workspace_id):
            key = f"unusable:{error.channel}:{week}:{admin.id}"
            try:
                await self._tell(workspace_id, admin.id, str(error), key=key)
            except UNSPOKEN as again:
                log.warning("slack.admin_unreachable", admin=admin.id, reason=str(again))

    async def _leave(self, workspace_id: str, gone: InstallationGoneError) -> None:
        log.error("slack.installation_gone", workspace=workspace_id, reason=str(gone))
        active = {workspace.id for workspace in await active_workspaces(self._database)}
        if gone.is_certain and workspace_id in active:
            await leave_workspace(self._database, workspace_id, now=self._clock.now())
