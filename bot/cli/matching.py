"""Asking which flow fits a problem, as a session does when it begins."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.terminal import JsonOption, WorkspaceOption, in_workspace, print_json, print_rows, say
from bot.domain.sessions import ConfidenceTier, ProblemDomain
from bot.services.matching import MAX_CANDIDATES, FoundFlow, find_flows
from storage.database import Database

_TIERS = {
    ConfidenceTier.GUIDED: "fits: follow it",
    ConfidenceTier.EXPLORING: "may fit: try it",
    ConfidenceTier.DISCOVERY: "hardly fits",
}


def add_to(cli: typer.Typer) -> None:
    cli.command("match")(match_)


def match_(
    problem: Annotated[str, typer.Argument(help="The problem in an engineer's words.")],
    *,
    domain: Annotated[
        ProblemDomain | None, typer.Option(help="Only flows of this domain, and those without one.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_CANDIDATES, help="Flows to show at most.")] = 5,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say which flows fit a problem, and how sure that is."""

    async def read(database: Database, workspace_id: str) -> list[FoundFlow]:
        return await find_flows(database, workspace_id, problem, domain, limit=limit)

    found = in_workspace(workspace, read)
    if json:
        print_json({"flows": [_document(each) for each in found]})
        return
    if not found or found[0].tier is ConfidenceTier.DISCOVERY:
        say("No flow fits this problem." + (" The nearest:" if found else ""))
    if found:
        print_rows(
            ("id", "score", "", "domain", "title"),
            [
                (
                    each.flow.id,
                    f"{each.score:.0%}",
                    _TIERS[each.tier],
                    each.flow.current.draft.problem_domain,
                    each.flow.title,
                )
                for each in found
            ],
        )


def _document(found: FoundFlow) -> dict[str, object]:
    return {
        "id": found.flow.id,
        "version": found.flow.current.number,
        "title": found.flow.title,
        "problem_domain": found.flow.current.draft.problem_domain,
        "score": round(found.score, 4),
        "tier": found.tier,
    }
