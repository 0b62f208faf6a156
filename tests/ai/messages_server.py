"""A local service that speaks the Messages API, is as strict as the real one, and misbehaves when it is told to."""

import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-ant-pretend-0123456789abcdef"
MODEL = "claude-sonnet-5-5"
MAX_OUTPUT = 128_000
SCHEMA_KEYS = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "enum",
    "const",
    "$ref",
}
SCHEMA_NOTES = {"title", "description", "$defs", "default", "format", "minItems"}

Json = dict[str, Any]
Handler = Callable[[web.Request, Json], Awaitable[web.StreamResponse]]


@dataclass
class SentBatch:
    """Requests by their custom id, in progress until the test gives `results` for them: each a result as it is told."""

    requests: dict[str, Json]
    results: dict[str, Json] | None = None


@dataclass
class MessagesServer:
    """`script` says how the next requests are answered, one each; after it `answer` is.

    `asked` are the bodies of the requests that were in order.
    """

    url: str = ""
    answer: Json = field(default_factory=dict)
    script: deque[Handler] = field(default_factory=deque)
    asked: list[Json] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    batches: dict[str, "SentBatch"] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return len(self.asked) + len(self.refused)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if problem := _problem(request, body):
            status, kind, sentence = problem
            self.refused.append(sentence)
            return _error(status, kind, sentence)
        self.asked.append(body)
        handler = self.script.popleft() if self.script else says(self.answer)
        return await handler(request, body)

    async def take_batch(self, request: web.Request) -> web.StreamResponse:
        if self.script:
            return await self.script.popleft()(request, {})
        requests = (await request.json())["requests"]
        for each in requests:
            problem = _problem(request, each["params"])
            if problem or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each["custom_id"]):
                self.refused.append(str(problem))
                return _error(400, "invalid_request_error", str(problem))
        by_id = {each["custom_id"]: each["params"] for each in requests}
        assert len(by_id) == len(requests)
        name = f"msgbatch_{len(self.batches) + 1}"
        self.batches[name] = SentBatch(by_id)
        return web.json_response(self._told(name))

    async def tell_batch(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in self.batches:
            return _error(404, "not_found_error", "no such batch")
        return web.json_response(self._told(name))

    async def tell_results(self, request: web.Request) -> web.StreamResponse:
        results = self.batches[request.match_info["name"]].results or {}
        lines = [json.dumps({"custom_id": key, "result": result}) for key, result in results.items()]
        return web.Response(text="\n".join(lines), content_type="application/x-jsonl")

    def _told(self, name: str) -> Json:
        ended = self.batches[name].results is not None
        at = "2026-11-23T09:00:00Z"
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": {"canceled": 0, "errored": 0, "expired": 0, "processing": 1, "succeeded": 0},
            "created_at": at,
            "expires_at": "2026-11-24T09:00:00Z",
            "ended_at": at if ended else None,
            "results_url": f"{self.url}/v1/messages/batches/{name}/results" if ended else None,
        }


def _problem(request: web.Request, body: Json) -> tuple[int, str, str] | None:
    """What the real service would complain about: status, type, sentence."""
    headers = request.headers
    if headers.get("authorization") != f"Bearer {KEY}" and headers.get("x-api-key") != KEY:
        return 401, "authentication_error", "invalid x-api-key"
    if not headers.get("anthropic-version"):
        return 400, "invalid_request_error", "anthropic-version: header is required"
    if body.get("model") != MODEL:
        return 404, "not_found_error", f"model: {body.get('model')}"
    sentence = _body_problem(body)
    return (400, "invalid_request_error", sentence) if sentence else None


def _body_problem(body: Json) -> str | None:
    known = {"model", "max_tokens", "messages", "system", "output_config"}
    if unknown := set(body) - known:
        return f"{sorted(unknown)}: Extra inputs are not permitted"
    if not 1 <= body.get("max_tokens", 0) <= MAX_OUTPUT:
        return "max_tokens: out of range"
    messages = body.get("messages", [])
    if not messages or any(message["role"] not in ("user", "assistant") for message in messages):
        return "messages: at least one message is required"
    output = body.get("output_config", {})
    if set(output) - {"effort", "format"} or output.get("effort") not in (None, "low", "medium", "high"):
        return "output_config: Extra inputs are not permitted"
    form = output.get("format", {})
    if form.get("type") != "json_schema":
        return "output_config.format.type: json_schema is expected"
    return _schema_problem(form["schema"])


def _schema_problem(schema: Json) -> str | None:
    if unknown := set(schema) - SCHEMA_KEYS - SCHEMA_NOTES:
        return f"output_config.format.schema: {sorted(unknown)} is not supported"
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "output_config.format.schema: additionalProperties must be false"
        if set(schema.get("required", [])) - set(schema["properties"]):
            return "output_config.format.schema: required property without a definition"
    children = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    children += schema.get("anyOf", []) + ([schema["items"]] if "items" in schema else [])
    return next((found for child in children if (found := _schema_problem(child))), None)


def message(text: str, **changes: Any) -> Json:
    usage = {
        "input_tokens": 400,
        "output_tokens": 300,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 1500,
    }
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "thinking", "thinking": "", "signature": "x"}, {"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    } | changes


def succeeded(answer: Json, **changes: Any) -> Json:
    """A line of a batch's results."""
    return {"type": "succeeded", "message": message(json.dumps(answer), **changes)}


def says(answer: Json | str, **changes: Any) -> Handler:
    """A message with this answer."""
    text = answer if isinstance(answer, str) else json.dumps(answer)

    async def handler(_request: web.Request, _body: Json) -> web.StreamResponse:
        return web.json_response(message(text, **changes))

    return handler


def fails(status: int, kind: str = "api_error", *, retry_after: str | None = None) -> Handler:
    async def handler(_request: web.Request, _body: Json) -> web.StreamResponse:
        return _error(status, kind, "Something is wrong.", retry_after=retry_after)

    return handler


def is_no_json() -> Handler:
    async def handler(_request: web.Request, _body: Json) -> web.StreamResponse:
        return web.Response(text="<html>A proxy says hello</html>", content_type="text/html")

    return handler


def hangs_up() -> Handler:
    """The connection ends in the middle of the answer."""

    async def handler(request: web.Request, _body: Json) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    return handler


def _error(status: int, kind: str, sentence: str, *, retry_after: str | None = None) -> web.Response:
    headers = {"retry-after": retry_after} if retry_after else {}
    body = {"type": "error", "error": {"type": kind, "message": sentence}, "request_id": "req_1"}
    return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def messages_service() -> AsyncIterator[MessagesServer]:
    service = MessagesServer()
    app = web.Application()
    app.router.add_post("/v1/messages", service.handle)
    app.router.add_post("/v1/messages/batches", service.take_batch)
    app.router.add_get("/v1/messages/batches/{name}", service.tell_batch)
    app.router.add_get("/v1/messages/batches/{name}/results", service.tell_results)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
