"""The description of the API, for people and for programs that make clients of it (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.api.calls import JSON
from bot.web.api.csv_tables import CSV
from bot.web.api.cursors import MAX_ID
from bot.web.api.endpoints import ENDPOINTS, Endpoint
from bot.web.api.models import Error

VERSION = "1"
REF = "#/components/schemas/{model}"
Json = dict[str, Any]

ABOUT = (
    "What FlowPilot knows and what waits for a decision. Each token belongs to one workspace. Times are ISO 8601 in UTC; "
    'an error is {"error": {"code", "message"}}.'
)
EVERYWHERE = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
WITH_BODY = (
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
MEANINGS = {
    HTTPStatus.OK: "Here it is",
    HTTPStatus.CREATED: "It is stored",
    HTTPStatus.UNAUTHORIZED: "No token, or one that is not in force",
    HTTPStatus.FORBIDDEN: "Not the token of an admin",
    HTTPStatus.NOT_FOUND: "There is no such thing in the token's workspace",
    HTTPStatus.CONFLICT: "Decided already, or on an old version; the present ones are in the error",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than a MiB",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field is wrong: the error names it",
    HTTPStatus.TOO_MANY_REQUESTS: "Asked too often; Retry-After says how many seconds to wait",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer",
}


def openapi_document(endpoints: Sequence[Endpoint] = ENDPOINTS) -> Json:
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "FlowPilot", "version": VERSION, "description": ABOUT},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "fp_…"}},
            "schemas": _schemas(endpoints),
        },
    }


def _schemas(endpoints: Sequence[Endpoint]) -> Json:
    asked = [endpoint.body for endpoint in endpoints if endpoint.body]
    given = [Error, *dict.fromkeys(endpoint.response for endpoint in endpoints)]
    both = [*((model, "validation") for model in asked), *((model, "serialization") for model in given)]
    _, document = models_json_schema(both, ref_template=REF)  # type: ignore[arg-type]  # (literals, in a list)
    schemas: Json = document["$defs"]
    return schemas


def _operation(endpoint: Endpoint) -> Json:
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"At most {endpoint.allowance.a_minute} times a minute and token.",
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {str(int(status)): _response(endpoint, status) for status in _statuses(endpoint)},
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(endpoint.body)}}}
    return operation


def _path_parameters(endpoint: Endpoint) -> Iterator[Json]:
    if "{id}" in endpoint.path:
        schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
        yield {"name": "id", "in": "path", "required": True, "schema": schema}


def _query_parameters(endpoint: Endpoint) -> Iterator[Json]:
    if endpoint.query is None:
        return
    document = endpoint.query.model_json_schema(ref_template=REF)
    inlined = document.get("$defs", {})
    for name, schema in document["properties"].items():
        shown = {key: value for key, value in _inlined(schema, inlined).items() if value is not None}
        yield {"name": name, "in": "query", "required": False, "schema": shown}


def _inlined(schema: Json, definitions: Json) -> Json:
    """A parameter's schema on its own: short ones are best read where they stand."""
    if "$ref" in schema:
        defined: Json = definitions[schema["$ref"].rpartition("/")[2]]
        return defined | {key: value for key, value in schema.items() if key != "$ref"}
    if "anyOf" in schema:
        return schema | {"anyOf": [_inlined(each, definitions) for each in schema["anyOf"]]}
    return schema


def _statuses(endpoint: Endpoint) -> Iterator[HTTPStatus]:
    yield from endpoint.statuses
    yield from EVERYWHERE
    if "{id}" in endpoint.path:
        yield HTTPStatus.NOT_FOUND
    if endpoint.conflicts:
        yield HTTPStatus.CONFLICT
    if endpoint.body is not None:
        yield from WITH_BODY
    elif endpoint.query is not None:
        yield HTTPStatus.UNPROCESSABLE_ENTITY


def _response(endpoint: Endpoint, status: HTTPStatus) -> Json:
    is_good = status < HTTPStatus.BAD_REQUEST
    content: Json = {JSON: {"schema": _ref(endpoint.response if is_good else Error)}}
    if is_good and endpoint.has_csv:
        content[CSV] = {"schema": {"type": "string"}}
    response: Json = {"description": MEANINGS[status], "content": content}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return response


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": REF.format(model=model.__name__)}
