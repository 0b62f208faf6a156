"""The durable jobs: what is still to be said or done after a commit. Each is one line in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ShowProposalCard:
    """Post the proposal's card, or redraw the one that stands there; the last state wins."""

    name: ClassVar[str] = "proposal.show_card"
    proposal_id: int


@dataclass(frozen=True, slots=True)
class ShowDraftPicture:
    """Draw a draft in the view that waits for its picture."""

    name: ClassVar[str] = "draft.show_picture"
    draft_id: int
    view_id: str


@dataclass(frozen=True, slots=True)
class TellAuthor:
    """Tell the person who proposed something by hand how it stands; each version of it once."""

    name: ClassVar[str] = "proposal.tell_author"
    proposal_id: int


@dataclass(frozen=True, slots=True)
class SendStats:
    """Answer `/flowpilot stats`. `share` posts into `channel`, else the picture goes to the person by DM.

    `key` is unique to the request (Slack's trigger id), so that a repeated job says nothing twice.
    """

    name: ClassVar[str] = "stats.send"
    key: str
    user: str
    channel: str
    period_days: int
    domain: str | None
    share: bool
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class RedrawStats:
    """Replace the dashboard in a message by the one of another period."""

    name: ClassVar[str] = "stats.redraw"
    user: str
    channel: str
    ts: str
    period_days: int
    domain: str | None


@dataclass(frozen=True, slots=True)
class DrawFlowPage:
    """Put the picture of the tree into a flow's page, which stands without it so far. `notice` stays on top of it.

    Unless the view is another one by then: its hash tells.
    """

    name: ClassVar[str] = "flow.draw_page"
    flow_id: int
    view_id: str
    view_hash: str
    user: str
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class DrawHeatMap:
    """Put the picture into a flow's heat map, which stands without it so far and `leads_back` to the flow or not.

    Unless the view is another one by then: its hash tells.
    """

    name: ClassVar[str] = "flow.draw_heat_map"
    flow_id: int
    view_id: str
    view_hash: str
    leads_back: bool


@dataclass(frozen=True, slots=True)
class SendFlowFile:
    """Send a flow as a file to a person. `key` is unique to the request, so that a repeated job sends nothing twice."""

    name: ClassVar[str] = "flow.send_file"
    key: str
    flow_id: int
    format: str
    user: str


@dataclass(frozen=True, slots=True)
class ShowSession:
    """Bring the thread of a session up to date; what stands there already is not said again."""

    name: ClassVar[str] = "session.show"
    session_id: int


@dataclass(frozen=True, slots=True)
class DraftForGap:
    """Have the analyst work on the sessions of a gap, and tell the person what came of it.

    `key` is unique to the request (Slack's trigger id), so that a repeated job says nothing twice.
    """

    name: ClassVar[str] = "gap.draft"
    key: str
    gap_id: int
    user: str


@dataclass(frozen=True, slots=True)
class WriteScript:
    """Have a model write a script. `key` is unique to the request."""

    name: ClassVar[str] = "script.write"
    key: str
    user: str
    task: str
    language: str
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShowScript:
    """Ask a second person about a script, or send it, as it stands."""

    name: ClassVar[str] = "script.show"
    script_id: int


@dataclass(frozen=True, slots=True)
class ShowScriptTemplate:
    """Ask the reviewers about a template, or say what was decided."""

    name: ClassVar[str] = "script.show_template"
    template_id: int


@dataclass(frozen=True, slots=True)
class GuideSession:
    """Have a model propose the next step of a session, while `turn` is what it asks."""

    name: ClassVar[str] = "session.guide"
    session_id: int
    turn: int


@dataclass(frozen=True, slots=True)
class PostDigest:
    """Post the weekly digest whose row in the database has this id."""

    name: ClassVar[str] = "digest.post"
    digest_id: int


@dataclass(frozen=True, slots=True)
class PreviewDigest:
    """Show today's digest to one person. `key` is unique to the request (Slack's trigger id)."""

    name: ClassVar[str] = "digest.preview"
    key: str
    user: str


@dataclass(frozen=True, slots=True)
class RefreshHome:
    """Publish the Home tab of one person anew."""

    name: ClassVar[str] = "home.refresh"
    user: str


@dataclass(frozen=True, slots=True)
class RefreshHomes:
    """Publish the Home tabs anew that people may have before them: something that they show has changed."""

    name: ClassVar[str] = "home.refresh_all"


@dataclass(frozen=True, slots=True)
class ForgetWorkspace:
    """Delete everything of a workspace that has uninstalled the app."""

    name: ClassVar[str] = "workspace.forget"
    uninstalled_at: str


Job = (
    ShowProposalCard
    | ShowDraftPicture
    | TellAuthor
    | SendStats
    | RedrawStats
    | DrawFlowPage
    | DrawHeatMap
    | SendFlowFile
    | ShowSession
    | DraftForGap
    | WriteScript
    | ShowScript
    | ShowScriptTemplate
    | GuideSession
    | PostDigest
    | PreviewDigest
    | RefreshHome
    | RefreshHomes
    | ForgetWorkspace
)
JOBS: tuple[type[Job], ...] = (
    ShowProposalCard,
    ShowDraftPicture,
    TellAuthor,
    SendStats,
    RedrawStats,
    DrawFlowPage,
    DrawHeatMap,
    SendFlowFile,
    ShowSession,
    DraftForGap,
    WriteScript,
    ShowScript,
    ShowScriptTemplate,
    GuideSession,
    PostDigest,
    PreviewDigest,
    RefreshHome,
    RefreshHomes,
    ForgetWorkspace,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that used up its attempts and waits for an operator."""

    id: int
    workspace_id: str
    job: str
    attempts: int
    error: str
