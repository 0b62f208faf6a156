"""The few things with more than one implementation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.domain.analysis import Alignment, Candidate
from bot.domain.captures import Captured
from bot.domain.cards import Asked, Document, Picture, ProposalCard
from bot.domain.conversations import Recounted, Said
from bot.domain.dashboard import Dashboard
from bot.domain.digests import Digest
from bot.domain.editing import EditingDraft
from bot.domain.flow_pages import FlowPage
from bot.domain.guidance import Guidance, Guided
from bot.domain.heat_maps import HeatMap
from bot.domain.homes import HomeFacts
from bot.domain.proposals import MessageRef
from bot.domain.scripts import (
    Advice,
    Language,
    Place,
    ScriptCard,
    ScriptTemplate,
    ScriptWish,
    WrittenRecipe,
)
from bot.domain.sessions import Session
from bot.domain.spending import Trouble
from bot.domain.step_scripts import TemplateCard
from bot.domain.threads import SessionThread


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Analyst(Protocol):
    """Aligns a resolved session with what the team knows already."""

    @property
    def name(self) -> str:
        """Name and version, kept with each analysis: a new version may analyse again."""
        ...

    async def align(self, session: Session, candidates: Sequence[Candidate]) -> Alignment: ...


@runtime_checkable
class ChargingAnalyst(Analyst, Protocol):
    """An analyst whose answers cost money."""

    @property
    def cents_per_day(self) -> int:
        """What a workspace that has no budget of its own may spend in a day."""
        ...

    async def align_for_free(
        self, session: Session, candidates: Sequence[Candidate], trouble: Trouble
    ) -> Alignment:
        """An answer that costs nothing, marked as such."""
        ...


class ScriptAdviser(Protocol):
    """Asks other programs about scripts. Their advice is not needed, so that there may be none at any time."""

    async def advise(self, language: Language, text: str, *, seconds: float) -> tuple[Advice, ...]:
        """About the whole text of a file, within so many seconds. Raises nothing."""
        ...


class ScriptWriter(Protocol):
    """Writes recipes of scripts on request; whoever asks checks them."""

    @property
    def name(self) -> str: ...

    @property
    def cents_per_day(self) -> int:
        """What a workspace that has no budget of its own may spend in a day."""
        ...

    async def write(self, wish: ScriptWish) -> WrittenRecipe:
        """Raises ScriptUnwrittenError."""
        ...


class Guide(Protocol):
    """Proposes the next step of a session where no flow leads. It never raises for what a model does."""

    @property
    def name(self) -> str: ...

    @property
    def cents_per_day(self) -> int:
        """What a workspace that has no budget of its own may spend in a day."""
        ...

    async def next_step(self, session: Session, guidance: Guidance) -> Guided:
        """The session is redacted; `guidance` has what similar sessions checked and what was asked in vain."""
        ...


class Recounter(Protocol):
    """Reads from a conversation what was wrong and how it was solved, for money."""

    @property
    def name(self) -> str: ...

    @property
    def cents_per_day(self) -> int:
        """What a workspace that has no budget of its own may spend in a day."""
        ...

    async def recount(self, said: Sequence[Said]) -> Recounted:
        """Soon: a person waits for it. Without an account when that is not possible."""
        ...


class Messenger(Protocol):
    """Speaks to the people of a workspace. `key` names the utterance: the same key is never said twice."""

    async def show_proposal(
        self, workspace_id: str, channel: str, card: ProposalCard, picture: Picture
    ) -> MessageRef:
        """Post the card, or redraw it where it stands (`card.proposal.card`)."""
        ...

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
        """Post the dashboard to a channel or, with a user id, by direct message. No picture: there is no data."""
        ...

    async def replace_dashboard(
        self,
        workspace_id: str,
        at: MessageRef,
        dashboard: Dashboard,
        picture: Picture | None,
        *,
        asked_by: str,
    ) -> None: ...

    async def answer_stats(
        self, workspace_id: str, dashboard: Dashboard, *, at: Asked, shared: bool, key: str
    ) -> None:
        """The headline numbers in words, seen only by the person who asked."""
        ...

    async def post_digest(
        self, workspace_id: str, to: str, digest: Digest, picture: Picture | None, *, key: str
    ) -> MessageRef:
        """Post the digest to a channel or, with a user id, by direct message. No picture: there is none to show."""
        ...

    async def post_digest_details(
        self, workspace_id: str, at: MessageRef, digest: Digest, *, key: str
    ) -> None:
        """The longer lists, in the thread of the digest that stands at `at`."""
        ...

    async def show_draft(
        self, workspace_id: str, view_id: str, draft: EditingDraft, picture: Picture
    ) -> None:
        """Show the picture of a draft in an open view; one that was closed stays closed."""
        ...

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
        """Draw the page anew over the view of this hash; nothing happens when it was closed or shows something else."""
        ...

    async def show_heat_map(
        self, workspace_id: str, view_id: str, heat: HeatMap, picture: Picture, *, over: str, leads_back: bool
    ) -> None:
        """Draw the heat map anew where it stands; nothing happens when it was closed, or is no longer `over`."""
        ...

    async def tell_author(self, workspace_id: str, user: str, card: ProposalCard) -> None:
        """Tell who made a proposal by hand, by direct message, how it stands; each of its versions once."""
        ...

    async def send_document(self, workspace_id: str, user: str, document: Document, *, key: str) -> None:
        """Send a file by direct message."""
        ...

    async def show_script(self, workspace_id: str, card: ScriptCard) -> None:
        """Ask a second person about a script that waits; send one that may be shown to where it was asked for."""
        ...

    async def offer_draft(
        self, workspace_id: str, user: str, template: ScriptTemplate, place: Place, *, key: str
    ) -> None:
        """Tell the author that a draft is there to be filled in."""
        ...

    async def ask_about_template(self, workspace_id: str, to: str, card: TemplateCard) -> None:
        """Ask reviewers whether the template is good for everybody, or say there what was decided."""
        ...

    async def show_session(self, workspace_id: str, thread: SessionThread) -> MessageRef | None:
        """Bring the session's thread up to date, however far it had come. The first message, when it opened the thread."""
        ...

    async def show_captured(self, workspace_id: str, thread: MessageRef, captured: Captured) -> None:
        """Say in the thread, once, what was learnt from it; nothing where FlowPilot cannot speak."""
        ...

    async def publish_home(self, workspace_id: str, facts: HomeFacts, *, over: str | None) -> str | None:
        """The hash of the Home that stands there now; None when the one of the hash `over` did not any more.

        Without `over`, whatever stands there is replaced.
        """
        ...

    async def tell(self, workspace_id: str, user: str, sentence: str, *, key: str) -> None:
        """A direct message of one sentence."""
        ...
