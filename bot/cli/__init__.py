"""The `flowpilot` command: one short function a subcommand, grouped by noun."""

from __future__ import annotations

import sys

import typer

from bot.cli import audit, demo, flows, jobs, matching, proposals, reports, serving, sessions, tokens
from bot.domain.errors import FlowPilotError

cli = typer.Typer(
    name="flowpilot",
    help="Turns resolved support sessions into reviewed troubleshooting flows, inside Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for noun in (demo, serving, sessions, proposals, flows, matching, reports, audit, tokens, jobs):
    noun.add_to(cli)


def main() -> None:
    """Run the command line. A failure is one sentence on standard error and exit status 1."""
    try:
        cli()
    except FlowPilotError as error:
        sys.stderr.write(f"flowpilot: {error}\n")
        raise SystemExit(1) from None
