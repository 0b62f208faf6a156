"""What the API says of itself is what it does: tried by a program that knows nothing but the description."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi import checks as openapi

from bot.domain.workspaces import Workspace
from bot.web.api.openapi import openapi_document
from storage.database import Database
from tests.storage.makers import a_session, proposed, stored
from tests.web.conftest import TOKEN, Client

DESCRIPTION = from_dict(openapi_document())
OPERATIONS = [(path, method) for path, methods in openapi_document()["paths"].items() for method in methods]
CHECKS: list[Any] = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
]
EXAMPLES = 8


async def test_description_is_served_to_anybody(client: Client) -> None:
    answer = await client.get("/openapi.json", token=None)
    assert (answer.status, answer.document) == (200, openapi_document())


# What else runs in this process meanwhile draws random numbers too; hypothesis takes that for the strategy's doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
async def test_every_request_is_answered_as_described(
    client: Client, database: Database, workspace: Workspace, path: str, method: str
) -> None:
    client.clock.step = timedelta(seconds=5)  # so that no limit is reached
    there = [(await proposed(database, workspace.id)).id for _ in range(3)]
    there += [each.id for each in await stored(database, workspace.id, a_session())]
    operation = DESCRIPTION[path][method]
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @given(case=cases, own_id=st.sampled_from(there))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: Any, own_id: int) -> None:
        if case.meta and case.meta.generation.mode.is_positive and "id" in case.path_parameters:
            case.path_parameters["id"] = own_id
        headers = {"Authorization": f"Bearer {TOKEN}"}
        case.call_and_validate(base_url=client.url, headers=headers, checks=CHECKS)

    await asyncio.to_thread(check)
