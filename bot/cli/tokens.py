"""Tokens of the JSON API from a terminal."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

import typer

from bot.cli.terminal import (
    JsonOption,
    WorkspaceOption,
    in_workspace,
    print_json,
    print_rows,
    print_text,
    say,
)
from bot.domain.tokens import PREFIX, SECRET_BYTES, ApiToken
from bot.offline import TERMINAL, SystemClock
from bot.services.tokens import create_token, list_tokens, revoke_token
from storage.database import Database

api_token = typer.Typer(no_args_is_help=True, help="Tokens of the JSON API.")


def add_to(cli: typer.Typer) -> None:
    cli.add_typer(api_token, name="api-token")


@api_token.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for: stands in the audit log as api:NAME.")],
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token and print it, once: only its hash is kept."""
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)

    async def make(database: Database, workspace_id: str) -> ApiToken:
        now = SystemClock().now()
        return await create_token(database, workspace_id, name, token, by=TERMINAL, now=now)

    made = in_workspace(workspace, make)
    print_text(token)
    say(
        f"Token {made.id} may do what reviewers of {made.workspace_id} may. It is not shown again: keep it now."
    )


@api_token.command("list")
def list_(*, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the tokens, revoked ones too; never the tokens themselves."""
    tokens = in_workspace(workspace, list_tokens)
    if json:
        print_json({"tokens": [_document(token) for token in tokens]})
    else:
        print_rows(
            ("id", "name", "created (UTC)", "last used", "revoked"),
            [
                (
                    token.id,
                    token.name,
                    _shown(token.created_at),
                    _shown(token.last_used_at),
                    _shown(token.revoked_at),
                )
                for token in tokens
            ],
        )


@api_token.command()
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", help="Its number, as `api-token list` shows it.")],
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a token out of force, at once and for good."""

    async def take_out(database: Database, workspace_id: str) -> None:
        await revoke_token(database, workspace_id, token_id, by=TERMINAL, now=SystemClock().now())

    in_workspace(workspace, take_out)
    say(f"Token {token_id} is revoked.")


def _document(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "is_admin": token.is_admin,
        "created_at": token.created_at.isoformat(),
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }


def _shown(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None
