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


def require_admin(member: Member) -> None:
    """Raise NotAllowedError unless the member may decide on proposals."""
    if not member.is_admin:
        raise NotAllowedError(
            "Only reviewers can decide on proposals. Ask an admin of FlowPilot in this workspace."
        )
