"""The two roles that the program works as. Neither owns anything, is superuser, or is exempt from row security."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import FlowPilotError

TENANT = "flowpilot_app"
"""Sees the rows of the one workspace that the transaction names."""
ALL = "flowpilot_all"
"""Sees all workspaces, through few tables and columns."""


class RolesMissingError(FlowPilotError):
    """The roles are not there and the URL's user may not create them."""

    def __init__(self, user: str) -> None:
        super().__init__(
            f"The database user {user} may not set up the roles that FlowPilot works as. Ask an administrator to run: "
            f'CREATE ROLE {TENANT} NOLOGIN; CREATE ROLE {ALL} NOLOGIN; GRANT {TENANT}, {ALL} TO "{user}";'
        )
        self.user = user


async def ensure_roles(connection: AsyncConnection) -> None:
    """Create what is missing and let the connected user take the roles. Raises RolesMissingError."""
    user = (await connection.execute(text("SELECT current_user"))).scalar_one()
    try:
        for role in (TENANT, ALL):
            await _ensure(connection, role)
    except ProgrammingError as error:
        raise RolesMissingError(user) from error


async def _ensure(connection: AsyncConnection, role: str) -> None:
    exists = await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    if not exists.scalar():
        await connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    if not (await connection.execute(_MAY_TAKE, {"role": role})).scalar_one():
        await connection.execute(text(f"GRANT {role} TO CURRENT_USER"))


# From PostgreSQL 16 on, membership alone does not allow SET ROLE; before, there was no word for more.
_MAY_TAKE = text(
    """
    SELECT pg_has_role(
        :role, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
    )
    """
)
