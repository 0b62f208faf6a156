"""Weekly digests: one row a workspace and due date makes each of them unique."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from bot.domain.errors import NotFoundError
from bot.domain.flow_effects import FlowEffect
from bot.domain.flows import FlowMention
from bot.domain.proposals import MessageRef
from bot.domain.statistics import Rate
from bot.domain.windows import Window
from storage.statements import Statements
from storage.tables import digests, flow_versions, flows, sessions
from storage.trees import domain_or_none

EFFECT_DAYS = 90
"""So long after it was published a flow is compared with the time before, and so long is that time."""

# The flows that guided most sessions of a window, of those that were published within EFFECT_DAYS before its end: the
# sessions that ended and those that escalated before and since. A new flow is measured by the sessions of its domain,
# a new version by the sessions that follow the flow.
EFFECTS = text(
    """
    WITH used AS (
        SELECT followed_flow_id AS flow_id, count(*) AS guided
        FROM sessions
        WHERE workspace_id = :workspace AND created_at >= :start AND created_at < :end
          AND followed_flow_id IS NOT NULL
        GROUP BY 1
    ), published AS (
        SELECT flows.id, flows.title, newest.number AS version, guided,
            first.published_at >= :earliest AS is_new,
            CASE WHEN first.published_at >= :earliest THEN flows.problem_domain END AS domain,
            CASE WHEN first.published_at >= :earliest THEN first.published_at ELSE newest.published_at END AS at
        FROM used
        JOIN flows ON flows.workspace_id = :workspace AND flows.id = used.flow_id AND NOT archived
        JOIN flow_versions AS newest
          ON newest.workspace_id = :workspace AND newest.flow_id = flows.id AND newest.number = current_version
        JOIN flow_versions AS first
          ON first.workspace_id = :workspace AND first.flow_id = flows.id AND first.number = 1
        WHERE newest.published_at >= :earliest AND first.published_at < :end
        ORDER BY guided DESC, flows.id
        LIMIT :at_most
    )
    SELECT
        published.id, published.title, published.version, published.guided, published.domain,
        count(sessions.id) FILTER (WHERE created_at < published.at) AS ended_before,
        count(sessions.id) FILTER (WHERE created_at < published.at AND status = 'escalated') AS escalated_before,
        count(sessions.id) FILTER (WHERE created_at >= published.at) AS ended_since,
        count(sessions.id) FILTER (WHERE created_at >= published.at AND status = 'escalated') AS escalated_since
    FROM published
    LEFT JOIN sessions
      ON sessions.workspace_id = :workspace
     AND sessions.created_at >= published.at - make_interval(days => :days) AND sessions.created_at < :end
     AND sessions.status IN ('resolved', 'escalated', 'abandoned')
     AND CASE
           WHEN published.is_new THEN sessions.problem_domain = published.domain
           ELSE sessions.followed_flow_id = published.id
         END
    GROUP BY published.id, published.title, published.version, published.guided, published.domain
    ORDER BY published.guided DESC, published.id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRecord:
    """A digest that was opened; `message` and `posted_at` are None until it was posted."""

    id: int
    due_on: date
    opened_at: datetime
    message: MessageRef | None = None
    posted_at: datetime | None = None


class Digests:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = digests.c.workspace_id == statements.workspace_id

    async def open(self, due_on: date, now: datetime) -> int | None:
        """The id of a new digest; None when somebody has opened the one of this date already."""
        new = insert(digests).values(
            workspace_id=self._statements.workspace_id, due_on=due_on, status="open", opened_at=now
        )
        once = new.on_conflict_do_nothing(constraint="uq_digests_due_on").returning(digests.c.id)
        opened: int | None = await self._statements.value(once)
        return opened

    async def get(self, digest_id: int) -> DigestRecord:
        """Raises NotFoundError."""
        row = await self._statements.row(select(digests).where(self._own, digests.c.id == digest_id))
        if row is None:
            raise NotFoundError("digest", digest_id)
        return DigestRecord(
            id=row["id"],
            due_on=row["due_on"],
            opened_at=row["opened_at"],
            message=MessageRef(row["channel"], row["ts"]) if row["ts"] else None,
            posted_at=row["posted_at"],
        )

    async def mark_posted(self, digest_id: int, message: MessageRef, now: datetime) -> None:
        """Raises NotFoundError."""
        posted = (
            update(digests)
            .where(self._own, digests.c.id == digest_id)
            .values(status="posted", channel=message.channel, ts=message.ts, posted_at=now)
        )
        if not await self._statements.changed(posted):
            raise NotFoundError("digest", digest_id)

    async def published_between(self, start: datetime, end: datetime) -> tuple[FlowMention, ...]:
        """The flows that got a version from `start` to before `end`, each with the last of them, in their order."""
        newest = (
            select(flow_versions.c.flow_id, flow_versions.c.title, flow_versions.c.number)
            .ext(distinct_on(flow_versions.c.flow_id))
            .where(
                flow_versions.c.workspace_id == self._statements.workspace_id,
                flow_versions.c.published_at >= start,
                flow_versions.c.published_at < end,
            )
            .order_by(flow_versions.c.flow_id, flow_versions.c.number.desc())
        )
        rows = await self._statements.rows(newest)
        return tuple(FlowMention(row["flow_id"], row["title"], row["number"]) for row in rows)

    async def followed_between(self, start: datetime, end: datetime) -> tuple[FlowMention, ...]:
        """The flows in use that sessions followed which began from `start` to before `end`, by title."""
        began = and_(sessions.c.created_at >= start, sessions.c.created_at < end)
        followed = select(sessions.c.followed_flow_id).where(
            sessions.c.workspace_id == self._statements.workspace_id, began
        )
        used = select(flows.c.id, flows.c.title, flows.c.current_version).where(
            flows.c.workspace_id == self._statements.workspace_id, ~flows.c.archived, flows.c.id.in_(followed)
        )
        rows = await self._statements.rows(used.order_by(flows.c.title, flows.c.id))
        return tuple(FlowMention(row["id"], row["title"], row["current_version"]) for row in rows)

    async def effects(self, window: Window, at_most: int) -> tuple[FlowEffect, ...]:
        """What the flows did that guided most sessions of the window, of those that were published lately."""
        given = {
            "workspace": self._statements.workspace_id,
            "start": window.start,
            "end": window.end,
            "earliest": window.end - timedelta(days=EFFECT_DAYS),
            "days": EFFECT_DAYS,
            "at_most": at_most,
        }
        return tuple(
            FlowEffect(
                flow=FlowMention(row["id"], row["title"], row["version"]),
                guided=row["guided"],
                domain=domain_or_none(row["domain"]),
                before=Rate(row["escalated_before"], row["ended_before"]),
                since=Rate(row["escalated_since"], row["ended_since"]),
            )
            for row in await self._statements.rows(EFFECTS, given)
        )
