"""What is answered to a request that cannot be served: always `{"error": {"code", "message"}}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import structlog
from aiohttp import web

from bot.domain.errors import (
    AlreadyDecidedError,
    FlowPilotError,
    InvalidRecordError,
    InvalidTreeError,
    NotAllowedError,
    NotApprovableError,
    NotFoundError,
    ReasonMissingError,
    StaleFlowError,
    StaleVersionError,
    WrongStatusError,
)
from storage.errors import StorageUnavailableError

log = structlog.get_logger(__name__)

Facts = Mapping[str, object]
NOTHING: Facts = MappingProxyType({})
NOT_PROCESSABLE: Final = HTTPStatus.UNPROCESSABLE_ENTITY
STATUSES: Mapping[type[FlowPilotError], tuple[HTTPStatus, str]] = {
    NotFoundError: (HTTPStatus.NOT_FOUND, "not_found"),
    NotAllowedError: (HTTPStatus.FORBIDDEN, "not_allowed"),
    AlreadyDecidedError: (HTTPStatus.CONFLICT, "already_decided"),
    StaleVersionError: (HTTPStatus.CONFLICT, "stale_version"),
    StaleFlowError: (HTTPStatus.CONFLICT, "stale_flow"),
    WrongStatusError: (HTTPStatus.CONFLICT, "wrong_status"),
    StorageUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}
UNAVAILABLE = "The database does not answer. Try again in a moment."


class RefusedError(Exception):
    """A request that is answered with this status; `facts` stand beside code and message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        facts: Facts = NOTHING,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self._error = {"code": code, "message": message, **facts}
        self._headers = headers

    @property
    def answer(self) -> web.Response:
        return web.json_response({"error": self._error}, status=self.status, headers=self._headers)


def wrong_field(field: str, reason: str) -> RefusedError:
    return RefusedError(NOT_PROCESSABLE, "invalid", f"{field}: {reason}", facts={"field": field})


def refusal_of(error: FlowPilotError, facts: Facts = NOTHING) -> RefusedError:
    """The answer to a failure that the domain knows, with these facts beside those of the error."""
    status, code = STATUSES.get(type(error), (NOT_PROCESSABLE, "invalid"))
    message = UNAVAILABLE if isinstance(error, StorageUnavailableError) else str(error)
    return RefusedError(status, code, message, facts={**_facts(error), **facts})


def _facts(error: FlowPilotError) -> Facts:
    match error:
        case InvalidRecordError(field=field):
            return {"field": field}
        case InvalidTreeError(problems=problems):
            told = [{"node": problem.node, "message": problem.sentence} for problem in problems]
            return {"field": "tree", "problems": told}
        case NotApprovableError():
            return {"field": "action"}
        case ReasonMissingError():
            return {"field": "reason"}
        case _:
            return NOTHING


@web.middleware
async def answer_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn every failure into an answer; of one that nobody expected, the details go into the log alone."""
    try:
        return await handler(request)
    except RefusedError as refused:
        return refused.answer
    except FlowPilotError as error:
        return refusal_of(error).answer
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _refusal_of_http(error).answer
    except Exception:
        log.exception("request.failed", method=request.method, path=request.path)
        message = "Something went wrong in FlowPilot. It is in the log."
        return RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message).answer


def _refusal_of_http(error: web.HTTPException) -> RefusedError:
    status = HTTPStatus(error.status)
    messages = {
        HTTPStatus.NOT_FOUND: "There is nothing at this path; GET /openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"Here one can only {error.headers.get('Allow', 'do something else')}.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large: one MiB is the most.",
    }
    allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    return RefusedError(status, code, messages.get(status, status.description), headers=allow)
