"""`flowpilot web` with one more button, whose handler acknowledges and does nothing else."""

from __future__ import annotations

import sys

from slack_bolt.async_app import AsyncAck, AsyncApp

import bot.slack.app
from bot.cli import main
from bot.slack.deps import SlackDeps
from bot.slack.register import register

PLAIN = "benchmark.plain"


async def only_ack(ack: AsyncAck) -> None:
    await ack()


def register_plain_first(app: AsyncApp, deps: SlackDeps) -> None:
    """Bolt asks its listeners in order: first among them, it is found as fast as can be."""
    app.action(PLAIN)(only_ack)
    register(app, deps)


if __name__ == "__main__":
    bot.slack.app.register = register_plain_first  # type: ignore[attr-defined]  # the name as it is used there
    sys.argv = ["flowpilot", *sys.argv[1:]]
    main()
