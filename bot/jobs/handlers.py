"""The table of jobs: which use case carries which job out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.domain.jobs import (
    DraftForGap,
    DrawFlowPage,
    DrawHeatMap,
    ForgetWorkspace,
    GuideSession,
    Job,
    PostDigest,
    PreviewDigest,
    RedrawStats,
    RefreshHome,
    RefreshHomes,
    SendFlowFile,
    SendStats,
    ShowDraftPicture,
    ShowProposalCard,
    ShowScript,
    ShowScriptTemplate,
    ShowSession,
    TellAuthor,
    WriteScript,
)
from bot.services.desk import Desk
from bot.services.digests import post_digest, send_preview
from bot.services.editing import show_draft_picture
from bot.services.flows import draw_flow_page, send_flow_file
from bot.services.gap_drafts import draft_for_gap
from bot.services.guidance import guide_session
from bot.services.heat_maps import draw_heat_map
from bot.services.home import refresh_home, refresh_homes_on_screen
from bot.services.proposals import show_proposal_card
from bot.services.proposals_by_hand import tell_author_of
from bot.services.script_jobs import show_script, show_script_template, write_script
from bot.services.stats import redraw_stats, send_stats
from bot.services.threads import show_session
from bot.services.workspaces import forget_workspace

Handler = Callable[[str, Any], Awaitable[None]]
"""Takes the workspace's id and the job. Any exception means: try again later."""


def job_handlers(desk: Desk) -> Mapping[type[Job], Handler]:
    async def show_card(workspace_id: str, job: ShowProposalCard) -> None:
        await show_proposal_card(desk, workspace_id, job.proposal_id)

    async def draw_draft(workspace_id: str, job: ShowDraftPicture) -> None:
        await show_draft_picture(desk, workspace_id, job.draft_id, job.view_id)

    async def digest(workspace_id: str, job: PostDigest) -> None:
        await post_digest(desk, workspace_id, job.digest_id)

    async def home(workspace_id: str, job: RefreshHome) -> None:
        await refresh_home(desk, workspace_id, job.user)

    async def forget(workspace_id: str, job: ForgetWorkspace) -> None:
        uninstalled_at = datetime.fromisoformat(job.uninstalled_at)
        await forget_workspace(desk.database, workspace_id, uninstalled_at=uninstalled_at)

    return {
        ShowProposalCard: show_card,
        ShowDraftPicture: draw_draft,
        TellAuthor: partial(tell_author_of, desk),
        SendStats: partial(send_stats, desk),
        RedrawStats: partial(redraw_stats, desk),
        DrawFlowPage: partial(draw_flow_page, desk),
        DrawHeatMap: partial(draw_heat_map, desk),
        SendFlowFile: partial(send_flow_file, desk),
        ShowSession: partial(show_session, desk),
        DraftForGap: partial(draft_for_gap, desk),
        WriteScript: partial(write_script, desk),
        ShowScript: partial(show_script, desk),
        ShowScriptTemplate: partial(show_script_template, desk),
        GuideSession: partial(guide_session, desk),
        PostDigest: digest,
        PreviewDigest: partial(send_preview, desk),
        RefreshHome: home,
        RefreshHomes: partial(refresh_homes_on_screen, desk),
        ForgetWorkspace: forget,
    }
