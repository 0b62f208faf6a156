"""The API as routes of the HTTP side."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.domain.ports import Clock
from bot.web.api.calls import JSON, Call
from bot.web.api.endpoints import ENDPOINTS, Endpoint
from bot.web.api.gate import Gate
from bot.web.api.openapi import openapi_document
from storage.database import Database

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Api:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._gate = Gate(database)
        self._description = json.dumps(openapi_document())

    @property
    def routes(self) -> list[web.RouteDef]:
        served = [web.route(each.method, each.path, self._handler(each)) for each in ENDPOINTS]
        return [*served, web.get("/openapi.json", self._describe)]

    def _handler(self, endpoint: Endpoint) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            now = self._clock.now()
            token = await self._gate.admit(request, endpoint.allowance, now)
            call = Call(request=request, token=token, database=self._database, clock=self._clock, now=now)
            return await endpoint.answer(call)

        return answer

    async def _describe(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._description, content_type=JSON)
