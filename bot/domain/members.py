"""A member: a Slack user in a workspace, an engineer or an admin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import NotAllowedError


class Role(StrEnum):
    ENGINEER = "engineer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`id` is Slack's user id."""

    id: str
    name: str
    role: Role = Role.ENGINEER

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def require_admin(member: Member, deed: str = "decide") -> None:
    """Raise NotAllowedError unless the member may do what `deed` says."""
    if not member.is_admin:
        raise NotAllowedError(deed)
