"""Tokens of the JSON API: only hashes are kept, and names are plain words."""

import asyncpg
import pytest

from bot.domain.errors import NotAllowedError, NotFoundError
from bot.domain.members import Member, Role
from bot.domain.tokens import TokenNameError
from bot.domain.workspaces import Workspace
from bot.services.tokens import (
    TokenNameTakenError,
    create_token,
    find_token,
    list_tokens,
    revoke_token,
)
from storage.database import Database
from tests.conftest import NOW

ADA = Member(id="UADA", name="Ada", role=Role.ADMIN)
TOKEN = "fp_" + "s3cret" * 8


async def test_database_holds_the_hash_alone(
    database: Database, workspace: Workspace, superuser: asyncpg.Connection
) -> None:
    await create_token(database, workspace.id, "ci", TOKEN, by=ADA, now=NOW)
    (row,) = await superuser.fetch("SELECT api_tokens::text AS line, hash FROM api_tokens")
    assert len(row["hash"]) == 32
    assert "s3cret" not in row["line"]
    assert "s3cret" not in str(await superuser.fetch("SELECT audit_events::text FROM audit_events"))


@pytest.mark.parametrize("name", ["", "CI", "two words", "<!channel>", "-x", "a" * 51, "é"])
async def test_name_is_a_plain_word(database: Database, workspace: Workspace, name: str) -> None:
    with pytest.raises(TokenNameError):
        await create_token(database, workspace.id, name, TOKEN, by=ADA, now=NOW)


async def test_two_in_force_have_different_names(database: Database, workspace: Workspace) -> None:
    first = await create_token(database, workspace.id, "ci", TOKEN, by=ADA, now=NOW)
    with pytest.raises(TokenNameTakenError):
        await create_token(database, workspace.id, "ci", TOKEN + "2", by=ADA, now=NOW)
    await revoke_token(database, workspace.id, first.id, by=ADA, now=NOW)
    await create_token(database, workspace.id, "ci", TOKEN + "2", by=ADA, now=NOW)
    assert [each.revoked_at for each in await list_tokens(database, workspace.id)] == [NOW, None]


async def test_only_reviewers_of_the_workspace_make_and_revoke_them(
    database: Database, workspace: Workspace, other_workspace: Workspace
) -> None:
    made = await create_token(database, workspace.id, "ci", TOKEN, by=ADA, now=NOW)
    ben = Member(id="UBEN", name="Ben")
    with pytest.raises(NotAllowedError):
        await create_token(database, workspace.id, "mine", TOKEN, by=ben, now=NOW)
    with pytest.raises(NotFoundError):
        await revoke_token(database, other_workspace.id, made.id, by=ADA, now=NOW)
    assert await find_token(database, TOKEN, now=NOW) == made
