"""What the database refuses, in the domain's words: by constraint name for data, one error for everything out of reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.domain.errors import FlowPilotError, InvalidRecordError, NotFoundError


class StorageUnavailableError(FlowPilotError):
    """The database cannot be reached, is not set up, or takes too long."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database does not answer as it should: {reason}. Try again; if it stays, run `flowpilot doctor`."
        )
        self.reason = reason


class NotSetUpError(StorageUnavailableError):
    """The database answers, but the migrations have not run there."""

    def __init__(self) -> None:
        super().__init__("it is not set up for this version, `flowpilot migrate` does that")


def _missing(noun: str) -> Callable[[], FlowPilotError]:
    # PostgreSQL does not name the key: row-level security might hide it from us.
    return partial(NotFoundError, noun, "with this id")


def _invalid(field: str, reason: str) -> Callable[[], FlowPilotError]:
    return partial(InvalidRecordError, field, reason)


BY_CONSTRAINT: dict[str, Callable[[], FlowPilotError]] = {
    "ck_sessions_rating": _invalid("rating", "must be between 1 and 5"),
    "ck_sessions_resolved_at": _invalid("resolved_at", "must not be before created_at"),
    "ck_sessions_paused_seconds": _invalid("paused", "must not be negative"),
    "ck_sessions_step_count": _invalid("steps", "must be at most 30"),
    "ck_proposals_confidence": _invalid("confidence", "must be between 0 and 1"),
    "ck_pushes_hours": _invalid("hours", "must not be negative"),
    "fk_sessions_proposal": _missing("proposal"),
    "fk_sessions_followed_flow": _missing("flow"),
    "fk_sessions_learned_flow": _missing("flow"),
    "fk_proposals_flow": _missing("flow"),
    "fk_proposals_published_flow": _missing("flow"),
    "fk_flow_versions_proposal": _missing("proposal"),
    "fk_gaps_flow": _missing("flow"),
    "fk_scripts_session": _missing("session"),
    "fk_scripts_template": _missing("template"),
    "fk_pushes_session": _missing("session"),
    "fk_spendings_session": _missing("session"),
    "fk_batch_items_session": _missing("session"),
    "fk_threads_session": _missing("session"),
    "fk_threads_offered_flow": _missing("flow"),
}
BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg says of a connection that is closed, or that ends while it is used."""
DRIVER_ERRORS = (asyncpg.PostgresError, *BROKEN)
UNSTORABLE = frozenset({"22021", "22P05"})
"""SQLSTATEs of text that PostgreSQL cannot hold: a NUL character, half a surrogate pair."""
OUT_OF_REACH = ("08", "28", "3D", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, log-in, no such database, deadlock, resources, lock, operator, system."""
NOT_SET_UP = frozenset({"42P01", "42704", "22023", "3F000"})
"""No such table, role or schema: the migrations have not run."""


@contextmanager
def speaking_our_errors(workspace_id: str = "") -> Iterator[None]:
    """Turn the driver's errors into domain errors and StorageUnavailableError; bugs pass as they are.

    `workspace_id` is the one that the statement works in.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(error.orig, workspace_id) or error from error
    except DRIVER_ERRORS as error:
        raise _translated(error, workspace_id) or error from error
    except PoolTimeoutError as error:
        raise StorageUnavailableError("too much is asked of it at once") from error
    except (OSError, TimeoutError) as error:
        raise StorageUnavailableError(str(error) or "no answer in time") from error


def _translated(error: BaseException | None, workspace_id: str) -> FlowPilotError | None:
    """The domain's error for one of the driver's, or None when it can only be a bug."""
    cause = (
        error
        if isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError))
        else error and error.__cause__
    )
    if isinstance(cause, asyncpg.PostgresError):
        return _by_state(cause, workspace_id)
    if isinstance(cause, (*BROKEN, OSError, TimeoutError)):
        return StorageUnavailableError(str(cause) or "no answer in time")
    return None


def _by_state(error: asyncpg.PostgresError, workspace_id: str) -> FlowPilotError | None:
    state = error.sqlstate or ""
    if error.constraint_name:
        return _by_constraint(error.constraint_name, workspace_id)
    if state in UNSTORABLE:
        return InvalidRecordError("text", "holds a character that cannot be stored")
    if state in NOT_SET_UP:
        return NotSetUpError()
    return StorageUnavailableError(str(error)) if state.startswith(OUT_OF_REACH) else None


def _by_constraint(name: str, workspace_id: str) -> FlowPilotError | None:
    if name.startswith("fk_") and name.endswith("_workspace"):
        return NotFoundError("workspace", workspace_id)
    return BY_CONSTRAINT[name]() if name in BY_CONSTRAINT else None
