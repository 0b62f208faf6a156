"""A request of the API, read into typed values, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from bot.domain.errors import NotFoundError
from bot.domain.ports import Clock
from bot.domain.tokens import ApiToken
from bot.web.api.cursors import MAX_ID
from bot.web.api.review_models import Action
from bot.web.errors import RefusedError, wrong_field
from storage.database import Database

Model = TypeVar("Model", bound=BaseModel)
JSON = "application/json"
MAX_PATH = 100
"""Characters of a field's path in an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in. Every reading method raises RefusedError with the field that is wrong."""

    request: web.Request
    token: ApiToken
    database: Database
    clock: Clock
    now: datetime

    @property
    def workspace_id(self) -> str:
        return self.token.workspace_id

    def id_of(self, noun: str) -> int:
        """The id in the path. Raises NotFoundError for one that nothing can have."""
        text = self.request.match_info["id"]
        if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MAX_ID)) or int(text) > MAX_ID:
            raise NotFoundError(noun, text[:20])
        return int(text)

    def wants(self, content_type: str) -> bool:
        """Whether the Accept header names it."""
        accepted = self.request.headers.get("Accept", "").lower().split(",")
        return content_type in {each.partition(";")[0].strip() for each in accepted}

    def query(self, model: type[Model]) -> Model:
        given = self.request.query
        for name in given:
            if len(given.getall(name)) > 1:
                raise wrong_field(name[:40], "is given twice")
        return _checked(lambda: model.model_validate(dict(given)), _parameter)

    async def read(self, model: type[Model]) -> Model:
        body = await self._body()
        return _checked(lambda: model.model_validate_json(body, strict=True), _path)

    async def record(self) -> Mapping[str, object]:
        try:
            document = from_json(await self._body(), allow_inf_nan=False)
        except ValueError as error:
            raise wrong_field("body", f"is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise wrong_field("body", "must be one object")
        return document

    async def _body(self) -> bytes:
        if self.request.content_type != JSON:
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", f"Send a body of {JSON}."
            )
        return await self.request.read()


def answered(
    model: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    text = model.model_dump_json(by_alias=True)
    return web.Response(text=text, status=status, content_type=JSON, headers=headers)


def _checked(validate: Callable[[], Model], field_of: Callable[[ErrorDetails], str]) -> Model:
    try:
        return validate()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise wrong_field(field_of(first)[:MAX_PATH], first["msg"]) from error


def _parameter(error: ErrorDetails) -> str:
    return str(error["loc"][0])


def _path(error: ErrorDetails) -> str:
    """Where in a body it is wrong. Before all paths of a review stands its action, by which its form is known."""
    if error["type"].startswith("union_tag"):
        return "action"
    path = error["loc"][1:] if error["loc"][:1] in {(action,) for action in Action} else error["loc"]
    return ".".join(str(part) for part in path) or "body"
