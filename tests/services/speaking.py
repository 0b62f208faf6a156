"""A messenger that remembers what it was told to say, and a desk with it."""

from dataclasses import dataclass, field

from bot.ai.outline import OutlineAnalyst
from bot.charts.pool import ChartPool
from bot.domain.captures import Captured
from bot.domain.cards import Asked, Document, Picture, ProposalCard
from bot.domain.dashboard import Dashboard
from bot.domain.digests import Digest
from bot.domain.editing import EditingDraft
from bot.domain.flow_pages import FlowPage
from bot.domain.heat_maps import HeatMap
from bot.domain.homes import HomeFacts
from bot.domain.proposals import MessageRef
from bot.domain.scripts import Place, ScriptCard, ScriptTemplate
from bot.domain.step_scripts import TemplateCard
from bot.domain.threads import SessionThread
from bot.services.desk import Desk
from storage.database import Database
from tests.services.scripted import StoppedClock


@dataclass
class RememberingMessenger:
    """Every message gets the next number as its time stamp. A `failure` is raised once, before anything is said."""

    said: list[tuple[str, str, object, Picture | None]] = field(default_factory=list)
    failure: Exception | None = None

    def _say(self, verb: str, to: str, what: object, picture: Picture | None = None) -> MessageRef:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        self.said.append((verb, to, what, picture))
        return MessageRef(to, str(len(self.said)))

    async def show_proposal(
        self, workspace_id: str, channel: str, card: ProposalCard, picture: Picture
    ) -> MessageRef:
        posted = self._say("show_proposal", channel, card, picture)
        return card.proposal.card or posted

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
        return self._say("send_dashboard", to, dashboard, picture)

    async def replace_dashboard(
        self,
        workspace_id: str,
        at: MessageRef,
        dashboard: Dashboard,
        picture: Picture | None,
        *,
        asked_by: str,
    ) -> None:
        self._say("replace_dashboard", at.channel, dashboard, picture)

    async def answer_stats(
        self, workspace_id: str, dashboard: Dashboard, *, at: Asked, shared: bool, key: str
    ) -> None:
        self._say("answer_stats", at.user, dashboard)

    async def post_digest(
        self, workspace_id: str, to: str, digest: Digest, picture: Picture | None, *, key: str
    ) -> MessageRef:
        return self._say("post_digest", to, digest, picture)

    async def post_digest_details(
        self, workspace_id: str, at: MessageRef, digest: Digest, *, key: str
    ) -> None:
        self._say("post_digest_details", at.channel, digest)

    async def show_draft(
        self, workspace_id: str, view_id: str, draft: EditingDraft, picture: Picture
    ) -> None:
        self._say("show_draft", view_id, draft, picture)

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
        self._say("show_flow_page", view_id, page, picture)

    async def show_heat_map(
        self, workspace_id: str, view_id: str, heat: HeatMap, picture: Picture, *, over: str, leads_back: bool
    ) -> None:
        self._say("show_heat_map", view_id, heat, picture)

    async def tell_author(self, workspace_id: str, user: str, card: ProposalCard) -> None:
        self._say("tell_author", user, card)

    async def send_document(self, workspace_id: str, user: str, document: Document, *, key: str) -> None:
        self._say("send_document", user, document)

    async def show_script(self, workspace_id: str, card: ScriptCard) -> None:
        self._say("show_script", card.script.created_by, card)

    async def offer_draft(
        self, workspace_id: str, user: str, template: ScriptTemplate, place: Place, *, key: str
    ) -> None:
        self._say("offer_draft", user, template)

    async def ask_about_template(self, workspace_id: str, to: str, card: TemplateCard) -> None:
        self._say("ask_about_template", to, card)

    async def show_session(self, workspace_id: str, thread: SessionThread) -> MessageRef | None:
        return self._say("show_session", thread.live.session.channel or "", thread)

    async def show_captured(self, workspace_id: str, thread: MessageRef, captured: Captured) -> None:
        self._say("show_captured", thread.channel, captured)

    async def publish_home(self, workspace_id: str, facts: HomeFacts, *, over: str | None) -> str | None:
        return self._say("publish_home", facts.member.id, facts).ts

    async def tell(self, workspace_id: str, user: str, sentence: str, *, key: str) -> None:
        self._say("tell", user, sentence)


def a_desk(database: Database, messenger: RememberingMessenger, charts: ChartPool) -> Desk:
    return Desk(
        database=database, messenger=messenger, charts=charts, clock=StoppedClock(), analyst=OutlineAnalyst()
    )
