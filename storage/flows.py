"""Published flows with every version that they ever had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, TextClause, and_, func, insert, select, update

from bot.domain.errors import NotFoundError, StaleFlowError
from bot.domain.flow_pages import FlowUse
from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.sessions import ProblemDomain
from storage.flow_uses import flow_uses
from storage.searching import Sieve
from storage.statements import Statements
from storage.tables import SearchPool, flow_versions, flows, sessions
from storage.tables.knowledge import FLOW_NOT_COMPARED
from storage.trees import draft_columns, draft_from_row, search_vector


class Flows:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = flows.c.workspace_id == statements.workspace_id

    async def get(self, flow_id: int) -> Flow:
        """Raises NotFoundError."""
        flow = await self.find(flow_id)
        if flow is None:
            raise NotFoundError("flow", flow_id)
        return flow

    async def find(self, flow_id: int) -> Flow | None:
        row = await self._statements.row(self._current(flows.c.id == flow_id))
        return flow_from_row(row) if row else None

    async def in_use(self, flow_ids: Collection[int]) -> list[Flow]:
        """Those of the flows that are published and not archived, by id."""
        wanted = and_(flows.c.id.in_(flow_ids), ~flows.c.archived)
        return await self._flows(self._current(wanted).order_by(flows.c.id))

    async def listed(self, *, words: str | None = None, limit: int) -> list[Flow]:
        """Flows in use: the best matches for the words, or without words all of them by title."""
        if words is not None:
            return await self.candidates(words, None, limit)
        by_title = self._current(~flows.c.archived).order_by(flows.c.title, flows.c.id)
        return await self._flows(by_title.limit(limit))

    async def candidates(self, text: str, domain: ProblemDomain | None, limit: int) -> list[Flow]:
        """Flows in use that share a word with the text, best first; with a domain those of it and those without."""
        sieve = Sieve(self._statements.workspace_id, text, domain, limit)
        in_use = self._current(~flows.c.archived)
        columns: dict[str, Any] = {"search": flows.c.search, "domain": flows.c.problem_domain}
        best = sieve.best(in_use, SearchPool.FLOWS, **columns, key=flows.c.id)
        return await self._flows(best)

    async def not_compared(self, limit: int) -> list[Flow]:
        """Flows in use whose present version was not compared with all others yet."""
        return await self._flows(self._current(FLOW_NOT_COMPARED).order_by(flows.c.id).limit(limit))

    async def set_compared(self, flow_id: int, version: int) -> None:
        compared = update(flows).where(self._own, flows.c.id == flow_id)
        await self._statements.run(compared.values(compared_version=version))

    async def compare_again(self, flow_id: int, *, while_sessions: int) -> None:
        """Have the flow compared once more, unless it was learnt from more sessions than that already."""
        behind = (
            select(sessions.c.id)
            .where(
                sessions.c.workspace_id == self._statements.workspace_id,
                sessions.c.learned_flow_id == flow_id,
            )
            .limit(while_sessions + 1)
        )
        count = select(func.count()).select_from(behind.subquery()).scalar_subquery()
        again = update(flows).where(self._own, flows.c.id == flow_id, count <= while_sessions)
        await self._statements.run(again.values(compared_version=0))

    async def archived(self, limit: int) -> list[Flow]:
        """Flows that are out of use, by title."""
        by_title = self._current(flows.c.archived).order_by(flows.c.title, flows.c.id)
        return await self._flows(by_title.limit(limit))

    async def archive(self, flow_id: int, *, at: datetime) -> None:
        """Take the flow out of use. A version published later brings it back."""
        await self._set_archived(flow_id, archived=True, at=at)

    async def restore(self, flow_id: int, *, at: datetime) -> None:
        """Put an archived flow into use again."""
        await self._set_archived(flow_id, archived=False, at=at)

    async def _set_archived(self, flow_id: int, *, archived: bool, at: datetime) -> None:
        change = update(flows).where(self._own, flows.c.id == flow_id)
        if not await self._statements.changed(change.values(archived=archived, updated_at=at)):
            raise NotFoundError("flow", flow_id)

    async def uses(self, flow_ids: Sequence[int]) -> dict[int, FlowUse]:
        """How each of the flows is used."""
        return await flow_uses(self._statements, flow_ids)

    async def count(self) -> int:
        """How many flows are in use."""
        query = select(func.count()).select_from(flows).where(self._own, ~flows.c.archived)
        return int(await self._statements.value(query))

    async def publish_new(
        self,
        draft: FlowDraft,
        *,
        origin: FlowOrigin,
        by: str,
        at: datetime,
        change: str,
        proposal_id: int | None = None,
    ) -> Flow:
        values = {
            "workspace_id": self._statements.workspace_id,
            "created_at": at,
            **_head(draft, origin, 1, at),
        }
        flow_id = await self._statements.value(insert(flows).values(**values).returning(flows.c.id))
        version = FlowVersion(
            number=1, draft=draft, published_by=by, published_at=at, change=change, proposal_id=proposal_id
        )
        return await self._add_version(flow_id, origin, version)

    async def publish_version(
        self,
        flow_id: int,
        draft: FlowDraft,
        *,
        base_version: int,
        origin: FlowOrigin,
        by: str,
        at: datetime,
        change: str,
        proposal_id: int | None = None,
    ) -> Flow:
        """The version after `base_version`.

        Raises:
            StaleFlowError: the flow has moved on from that version.
            NotFoundError: there is no such flow.
        """
        unmoved = update(flows).where(
            self._own, flows.c.id == flow_id, flows.c.current_version == base_version
        )
        number = base_version + 1
        if not await self._statements.changed(unmoved.values(**_head(draft, origin, number, at))):
            raise StaleFlowError(flow_id, base_version, (await self.get(flow_id)).current.number)
        version = FlowVersion(
            number=number,
            draft=draft,
            published_by=by,
            published_at=at,
            change=change,
            proposal_id=proposal_id,
        )
        return await self._add_version(flow_id, origin, version)

    async def versions(self, flow_id: int) -> list[FlowVersion]:
        """Every version, newest first; empty when there is no such flow."""
        query = select(flow_versions).where(self._own_versions, flow_versions.c.flow_id == flow_id)
        rows = await self._statements.rows(query.order_by(flow_versions.c.number.desc()))
        return [version_from_row(row) for row in rows]

    async def version(self, flow_id: int, number: int) -> FlowVersion:
        """One version. Raises NotFoundError."""
        one = and_(flow_versions.c.flow_id == flow_id, flow_versions.c.number == number)
        row = await self._statements.row(select(flow_versions).where(self._own_versions, one))
        if row is None:
            raise NotFoundError("version", number)
        return version_from_row(row)

    async def roll_back(self, flow_id: int, to_version: int, *, by: str, at: datetime) -> Flow:
        """Publish an earlier draft again, as a new version.

        Raises:
            NotFoundError: there is no such flow or version.
            StaleFlowError: somebody published meanwhile.
        """
        flow = await self.get(flow_id)
        earlier = await self.version(flow_id, to_version)
        return await self.publish_version(
            flow_id,
            earlier.draft,
            base_version=flow.current.number,
            origin=flow.origin,
            by=by,
            at=at,
            change=f"Back to version {to_version}",
        )

    async def _add_version(self, flow_id: int, origin: FlowOrigin, version: FlowVersion) -> Flow:
        new = insert(flow_versions).values(
            workspace_id=self._statements.workspace_id,
            flow_id=flow_id,
            number=version.number,
            published_by=version.published_by,
            published_at=version.published_at,
            change=version.change,
            proposal_id=version.proposal_id,
            **draft_columns(version.draft),
        )
        await self._statements.run(new)
        return Flow(id=flow_id, origin=origin, current=version)

    async def _flows(self, query: Select[Any]) -> list[Flow]:
        return [flow_from_row(row) for row in await self._statements.rows(query)]

    @property
    def _own_versions(self) -> ColumnElement[bool]:
        return flow_versions.c.workspace_id == self._statements.workspace_id

    def _current(self, condition: ColumnElement[bool] | TextClause) -> Select[Any]:
        """Flows with their current version."""
        current = and_(
            flow_versions.c.workspace_id == flows.c.workspace_id,
            flow_versions.c.flow_id == flows.c.id,
            flow_versions.c.number == flows.c.current_version,
        )
        columns = (flows.c.id, flows.c.origin, flows.c.archived, *_VERSION_COLUMNS)
        return select(*columns).join_from(flows, flow_versions, current).where(self._own, condition)


_VERSION_COLUMNS = tuple(
    column for column in flow_versions.c if column.name not in {"workspace_id", "flow_id"}
)


def flow_from_row(row: RowMapping) -> Flow:
    return Flow(
        id=row["id"],
        origin=FlowOrigin(row["origin"]),
        current=version_from_row(row),
        archived=row["archived"],
    )


def version_from_row(row: RowMapping) -> FlowVersion:
    return FlowVersion(
        number=row["number"],
        draft=draft_from_row(row),
        published_by=row["published_by"],
        published_at=row["published_at"],
        change=row["change"],
        proposal_id=row["proposal_id"],
    )


def _head(draft: FlowDraft, origin: FlowOrigin, number: int, at: datetime) -> dict[str, Any]:
    return {
        "origin": origin,
        "current_version": number,
        "archived": False,
        "title": draft.title,
        "problem_domain": draft.problem_domain,
        "search": search_vector(draft),
        "updated_at": at,
    }
