"""Who may come in: a token in force, of an admin, that has not asked too much."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.domain.tokens import ApiToken, digest_of, is_token
from bot.services.tokens import find_token
from bot.web.api.limits import RateLimiter
from bot.web.errors import RefusedError
from storage.database import Database

FAILURES_A_MINUTE = 30
"""Wrong tokens from one address. A token cannot be guessed; this keeps guesses from the database."""
MAX_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Endpoints of one allowance share it. Each token has its own."""

    name: str
    a_minute: int


class Gate:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._limiters: dict[Allowance, RateLimiter] = {}
        self._failures = RateLimiter(FAILURES_A_MINUTE)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def admit(self, request: web.Request, allowance: Allowance, now: datetime) -> ApiToken:
        """The token of the request.

        Raises:
            RefusedError: 401 for no token or one that is not in force, 403 for one that is not an admin's, 429.
        """
        token = await self._authenticated(request, now)
        if not token.is_admin:
            raise RefusedError(HTTPStatus.FORBIDDEN, "not_allowed", "This takes the token of an admin.")
        limiter = self._limiters.setdefault(allowance, RateLimiter(allowance.a_minute))
        if seconds := limiter.take((token.workspace_id, token.id), now):
            raise _too_many(f"This token may ask this {allowance.a_minute} times a minute.", seconds)
        return token

    async def _authenticated(self, request: web.Request, now: datetime) -> ApiToken:
        given, address = _bearer(request), request.remote or ""
        if given is None:
            raise _unauthorized("Send a token: Authorization: Bearer fp_…")
        # One that was good a moment ago is looked up in any case: others behind its address may be guessing.
        digest = digest_of(given)
        if digest not in self._known and (seconds := self._failures.wait_seconds(address, now)):
            raise _too_many("Too many wrong tokens came from this address.", seconds)
        token = await find_token(self._database, given, now=now)
        if token is None:
            self._known.pop(digest, None)
            self._failures.take(address, now)
            raise _unauthorized("This token is not in force.")
        self._remember(digest)
        return token

    def _remember(self, digest: bytes) -> None:
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)


def _bearer(request: web.Request) -> str | None:
    """The token, None for whatever cannot be one: no database needs to be asked about that."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and is_token(token) else None


def _unauthorized(message: str) -> RefusedError:
    return RefusedError(
        HTTPStatus.UNAUTHORIZED, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"}
    )


def _too_many(message: str, seconds: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_requests",
        f"{message} Try again in {seconds} seconds.",
        headers={"Retry-After": str(seconds)},
    )
