"""Tokens of the JSON API: how they look, and what is kept of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import FlowPilotError
from bot.domain.members import Member, Role

PREFIX = "fp_"
"""By this a scanner finds a token that was committed by mistake."""
SECRET_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{20,200}}")


class TokenNameError(FlowPilotError):
    """A token's name stands in audit events and on cards, so it has to be a plain and unmistakable word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token as it is known: never the token itself."""

    id: int
    workspace_id: str
    name: str
    is_admin: bool
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def member(self) -> Member:
        """Who decides when a program with this token does."""
        role = Role.ADMIN if self.is_admin else Role.ENGINEER
        return Member(id=f"api:{self.name}", name=self.name, role=role)


def check_name(name: str) -> None:
    """Raises TokenNameError."""
    if not _NAME.fullmatch(name):
        raise TokenNameError(
            f"{name[:60]!r} cannot be a token's name: use 1 to 50 small letters, digits, dots, hyphens and "
            "underscores, such as reporting."
        )


def is_token(text: str) -> bool:
    """Whether the text can be a token at all."""
    return _TOKEN.fullmatch(text) is not None


def digest_of(token: str) -> bytes:
    """What is kept. A token is random, so that a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()
