"""Sessions: send one, look at one."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.domain.session_document import session_document
from bot.services.session_records import add_session, read_session
from bot.web.api.calls import Call, answered
from bot.web.api.session_models import Session


async def add(call: Call) -> web.Response:
    """201 with a new session, 200 with the one that is there."""
    session, analysis, is_new = await add_session(
        call.database, call.workspace_id, await call.record(), now=call.now
    )
    return answered(
        Session.model_validate(session_document(session, analysis)),
        status=HTTPStatus.CREATED if is_new else HTTPStatus.OK,
        headers={"Location": f"/sessions/{session.id}"},
    )


async def show(call: Call) -> web.Response:
    found = await read_session(call.database, call.workspace_id, call.id_of("session"))
    return answered(Session.model_validate(session_document(*found)))
