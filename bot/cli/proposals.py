"""The review queue from a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from bot.cli.terminal import JsonOption, WorkspaceOption, in_workspace, print_json, print_rows, say
from bot.domain.proposal_document import proposal_document
from bot.domain.proposals import (
    Approve,
    Dismiss,
    Proposal,
    ProposalKind,
    ProposalStatus,
    Publish,
    Reject,
    Reopen,
    Request,
)
from bot.domain.reasons import REJECT_CODES, ReasonCode
from bot.domain.words import counted
from bot.offline import TERMINAL, SystemClock
from bot.services.proposals import decide_proposal, get_proposal, list_proposals
from storage.database import Database

ALL = 10_000


def _listed(codes: tuple[ReasonCode, ...]) -> str:
    return f"One of {', '.join(codes)}."


Ids = Annotated[list[int], typer.Argument(help="Numbers of proposals, as `flowpilot proposals` lists them.")]


def add_to(cli: typer.Typer) -> None:
    cli.command("proposals")(list_)
    for command in (approve, reject, dismiss, reopen):
        cli.command()(command)


def list_(
    *, status: ProposalStatus | None = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """List proposals, those that wait for a decision first of all."""

    async def read(database: Database, workspace_id: str) -> list[Proposal]:
        return await list_proposals(database, workspace_id, status=status, limit=ALL)

    listed = in_workspace(workspace, read)
    proposals = sorted(listed, key=lambda proposal: proposal.status is not ProposalStatus.PENDING)
    if json:
        print_json({"proposals": [proposal_document(proposal) for proposal in proposals]})
    else:
        print_rows(
            ("id", "status", "kind", "sessions", "steps", "domain", "title"),
            [
                (
                    p.id,
                    p.status,
                    p.kind,
                    p.support.sessions,
                    len(p.draft.tree.nodes),
                    p.draft.problem_domain,
                    p.draft.title,
                )
                for p in proposals
            ],
        )


def approve(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of proposals.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every new flow that waits.")] = False,
    edited: Annotated[
        bool,
        typer.Option(
            "--edited", help="Publish changes to flows too, as they stand: Edit & Publish from here."
        ),
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Publish proposals as flows."""
    if not ids and not all_:
        raise typer.BadParameter("Name proposals by number, or say --all.")

    async def decide(database: Database, workspace_id: str) -> tuple[int, int]:
        chosen = (
            await _waiting(database, workspace_id)
            if all_
            else await _named(database, workspace_id, ids or [])
        )
        fit = [
            proposal for proposal in chosen if edited or not all_ or proposal.kind is ProposalKind.NEW_FLOW
        ]
        for proposal in fit:
            await _decide(database, workspace_id, proposal, _approval(proposal, edited=edited))
        return len(fit), len(chosen) - len(fit)

    published, left = in_workspace(workspace, decide)
    say(
        f"{counted(published, 'proposal')} published."
        + (f" Left: {counted(left, 'change')} to flows; --edited publishes that too." if left else "")
    )


def reject(
    ids: Ids,
    *,
    reason: Annotated[str, typer.Option(help="Why it is wrong; can be left out with a --code.")] = "",
    code: Annotated[ReasonCode, typer.Option(help=_listed(REJECT_CODES))] = ReasonCode.OTHER,
    workspace: WorkspaceOption = None,
) -> None:
    """Refuse proposals as wrong; look-alikes are not proposed again."""
    if not reason and code is ReasonCode.OTHER:
        raise typer.BadParameter("Say why, with --reason or with --code.")
    _decide_each(
        ids,
        workspace,
        lambda seen: Reject(by=TERMINAL, seen_version=seen.version, reason=reason, code=code),
    )


def dismiss(ids: Ids, *, workspace: WorkspaceOption = None) -> None:
    """Park proposals; a new session that supports one wakes it."""
    _decide_each(ids, workspace, lambda seen: Dismiss(by=TERMINAL, seen_version=seen.version))


def reopen(ids: Ids, *, workspace: WorkspaceOption = None) -> None:
    """Put dismissed, rejected or expired proposals back into the queue."""
    _decide_each(ids, workspace, lambda seen: Reopen(by=TERMINAL, seen_version=seen.version))


def _decide_each(ids: list[int], workspace: str | None, request_for: Callable[[Proposal], Request]) -> None:
    async def decide(database: Database, workspace_id: str) -> None:
        for proposal in await _named(database, workspace_id, ids):
            await _decide(database, workspace_id, proposal, request_for(proposal))

    in_workspace(workspace, decide)
    say(f"{counted(len(set(ids)), 'proposal')} decided.")


async def _decide(database: Database, workspace_id: str, proposal: Proposal, request: Request) -> None:
    await decide_proposal(database, workspace_id, proposal.id, request, now=SystemClock().now())


def _approval(proposal: Proposal, *, edited: bool) -> Request:
    if edited and proposal.kind is not ProposalKind.NEW_FLOW:
        return Publish(by=TERMINAL, seen_version=proposal.version, draft=proposal.draft)
    return Approve(by=TERMINAL, seen_version=proposal.version)


async def _named(database: Database, workspace_id: str, ids: list[int]) -> list[Proposal]:
    return [await get_proposal(database, workspace_id, proposal_id) for proposal_id in dict.fromkeys(ids)]


async def _waiting(database: Database, workspace_id: str) -> list[Proposal]:
    return await list_proposals(database, workspace_id, status=ProposalStatus.PENDING, limit=ALL)
