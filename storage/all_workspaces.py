"""The door to all workspaces: claiming due work, finding who a request belongs to, and the queue's dead letters.

It opens on few tables and columns (see docs/decisions/0002-row-level-security.md), and a test lists who uses it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from bot.domain.errors import NotFoundError
from bot.domain.jobs import FailedJob
from bot.domain.sessions import AnalysisStatus, ClaimedSession
from bot.domain.tokens import ApiToken
from bot.domain.workspaces import Workspace
from storage.dead_letters import DeadLetters
from storage.installations import Installation, installation_from_row
from storage.statements import Statements
from storage.tables import api_tokens, installations, oauth_states, sessions, workspaces
from storage.tokens import token_from_row
from storage.workspaces import workspace_from_row

# Claims sessions that wait, and those whose worker has let its lease run out; live ones before imported ones. Imported
# ones that nobody has touched are the backlog, which may be left to batches.
#
# The ones due are materialized: a subquery may be run again for each row of a nested loop, which skips what it has locked
# and claims more than it was asked for.
CLAIM_ANALYSES = text(
    """
    WITH due AS MATERIALIZED (
        SELECT waiting.workspace_id, waiting.id
        FROM sessions AS waiting
        JOIN workspaces ON workspaces.id = waiting.workspace_id
        WHERE waiting.analysis_status IN ('pending', 'claimed')
          AND CASE waiting.analysis_status
                WHEN 'pending' THEN waiting.not_before IS NULL OR waiting.not_before <= :now
                ELSE waiting.lease_until <= :now
              END
          AND (:backlog OR waiting.source <> 'import' OR waiting.not_before IS NOT NULL)
          AND workspaces.active
          AND (workspaces.settings ->> 'analysis_enabled') IS DISTINCT FROM 'false'
        ORDER BY waiting.source = 'import', waiting.id
        LIMIT :at_most
        FOR UPDATE OF waiting SKIP LOCKED
    )
    UPDATE sessions SET
        analysis_status = 'claimed',
        analysis_attempts = analysis_attempts + 1,
        lease_until = :lease_until
    FROM due
    WHERE sessions.workspace_id = due.workspace_id AND sessions.id = due.id
    RETURNING sessions.workspace_id, sessions.id, sessions.source, sessions.analysis_attempts
    """
)


class AllWorkspaces:
    def __init__(self, statements: Statements) -> None:
        self.statements = statements

    async def active(self) -> list[Workspace]:
        """By id."""
        query = select(workspaces).where(workspaces.c.active).order_by(workspaces.c.id)
        return [workspace_from_row(row) for row in await self.statements.rows(query)]

    async def find(self, workspace_id: str) -> Workspace | None:
        """The workspace, an inactive one too."""
        row = await self.statements.row(select(workspaces).where(workspaces.c.id == workspace_id))
        return workspace_from_row(row) if row else None

    async def add(self, workspace: Workspace) -> None:
        """Add the workspace; one that is there gets its name and activity and keeps its settings and knowledge."""
        new = insert(workspaces).values(
            id=workspace.id,
            name=workspace.name,
            settings=asdict(workspace.settings),
            knowledge_version=workspace.knowledge_version,
            active=workspace.active,
            created_at=workspace.created_at,
        )
        renewed = {"name": workspace.name, "active": workspace.active, "uninstalled_at": None}
        await self.statements.run(new.on_conflict_do_update(index_elements=["id"], set_=renewed))

    async def find_installation(self, team_id: str) -> Installation | None:
        """The newest installation in this Slack workspace, an inactive one too."""
        query = select(installations).where(installations.c.workspace_id == team_id)
        newest = query.order_by(installations.c.installed_at.desc()).limit(1)
        row = await self.statements.row(newest)
        return installation_from_row(row) if row else None

    async def find_token(self, digest: bytes) -> ApiToken | None:
        """The API token with this hash, unless it was revoked or its workspace has left."""
        query = select(api_tokens).join(workspaces, workspaces.c.id == api_tokens.c.workspace_id)
        query = query.where(
            api_tokens.c.hash == digest, api_tokens.c.revoked_at.is_(None), workspaces.c.active
        )
        row = await self.statements.row(query)
        return token_from_row(row) if row else None

    async def add_oauth_state(self, state: str, expires_at: datetime) -> None:
        await self.statements.run(insert(oauth_states).values(id=state, expires_at=expires_at))

    async def consume_oauth_state(self, state: str, now: datetime) -> bool:
        """Whether the state was handed out, has not expired, and was not used before. Clears expired ones away."""
        await self.statements.run(delete(oauth_states).where(oauth_states.c.expires_at <= now))
        used = delete(oauth_states).where(oauth_states.c.id == state)
        return await self.statements.changed(used) == 1

    async def claim_analyses(
        self, now: datetime, lease: timedelta, limit: int, *, backlog: bool = True
    ) -> list[ClaimedSession]:
        """Due analyses for this worker alone until the lease ends, in the order to work them.

        Without `backlog`, imported sessions are left until somebody sets a time for them.

        They are claimed once the block commits: work on them after it.
        """
        parameters = {"now": now, "lease_until": now + lease, "at_most": limit, "backlog": backlog}
        rows = await self.statements.rows(CLAIM_ANALYSES, parameters)
        return [
            ClaimedSession(
                workspace_id=row["workspace_id"],
                session_id=row["id"],
                attempt=row["analysis_attempts"],
                lease_until=now + lease,
            )
            for row in sorted(rows, key=lambda row: (row["source"] == "import", row["id"]))
        ]

    async def pending_analyses(self) -> int:
        """How many sessions wait for their analysis or are in one."""
        unfinished = (AnalysisStatus.PENDING, AnalysisStatus.CLAIMED)
        query = select(func.count(sessions.c.id)).where(sessions.c.analysis_status.in_(unfinished))
        return int(await self.statements.value(query))

    async def failed_jobs(self) -> list[FailedJob]:
        """Jobs that used up their attempts, oldest first."""
        return await self._dead_letters.listed()

    async def retry_job(self, job_id: int) -> None:
        """Put a failed job back into the queue with all of its attempts. Raises NotFoundError."""
        if not await self._dead_letters.retry(job_id):
            raise NotFoundError("failed job", job_id)

    async def discard_jobs(self, workspace_id: str) -> int:
        """Delete every job of a workspace unless it is there, but those that run; how many those were."""
        return await self._dead_letters.discard(workspace_id)

    async def forget_job_log(self, before: datetime) -> int:
        """Delete the queue's own log up to that moment; how many lines those were."""
        return await self._dead_letters.forget_log(before)

    @cached_property
    def _dead_letters(self) -> DeadLetters:
        return DeadLetters(self.statements)
