"""The people of a workspace."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.errors import NotFoundError
from bot.domain.members import Member, Role
from storage.statements import Statements
from storage.tables import members


class Members:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = members.c.workspace_id == statements.workspace_id

    async def find(self, member_id: str) -> Member | None:
        row = await self._statements.row(select(members).where(self._own, members.c.id == member_id))
        return member_from_row(row) if row else None

    async def ensure(self, member_id: str, name: str, role: Role = Role.ENGINEER) -> Member:
        """The member, new or as it was with the present name. An engineer can become admin here, never the reverse."""
        new = insert(members).values(
            workspace_id=self._statements.workspace_id, id=member_id, name=name, role=role
        )
        risen = {"role": role} if role is Role.ADMIN else {}
        ensured = new.on_conflict_do_update(
            index_elements=["workspace_id", "id"], set_={"name": name, **risen}
        ).returning(members)
        return member_from_row((await self._statements.run(ensured)).mappings().one())

    async def set_role(self, member_id: str, role: Role) -> None:
        """Raises NotFoundError."""
        change = update(members).where(self._own, members.c.id == member_id).values(role=role)
        if not await self._statements.changed(change):
            raise NotFoundError("member", member_id)

    async def names(self, member_ids: Collection[str]) -> dict[str, str]:
        """By id; those whom we do not know are left out."""
        query = select(members.c.id, members.c.name).where(self._own, members.c.id.in_(sorted(member_ids)))
        return {row["id"]: row["name"] for row in await self._statements.rows(query)}

    async def admins(self) -> list[Member]:
        """By name."""
        query = select(members).where(self._own, members.c.role == Role.ADMIN)
        return [
            member_from_row(row)
            for row in await self._statements.rows(query.order_by(members.c.name, members.c.id))
        ]


def member_from_row(row: RowMapping) -> Member:
    return Member(id=row["id"], name=row["name"], role=Role(row["role"]))
