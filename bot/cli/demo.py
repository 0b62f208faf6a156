"""`flowpilot demo`: the whole product against a sandbox workspace with ninety days of sample sessions."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.terminal import say
from bot.logs import configure_logging

PICTURES = Path("flowpilot-demo")


def add_to(cli: typer.Typer) -> None:
    cli.command()(demo)


def demo(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the sandbox; 0 takes a free one.")
    ] = 8080,
    check: Annotated[bool, typer.Option("--check", help="Run the main job unattended, and stop.")] = False,
) -> None:
    """Try FlowPilot in a browser, with a database and a chat workspace of its own. Nothing is kept."""
    configure_logging("WARNING", "console")
    # The sandbox is of no use to any other command, which should not wait for it to be imported.
    from bot.cli.demo_check import check_main_job  # noqa: PLC0415

    if check:
        PICTURES.mkdir(exist_ok=True)
        if not asyncio.run(check_main_job(PICTURES)):
            raise typer.Exit(1)
    else:
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_show(port))


def _end_with_the_terminal() -> None:
    """Whatever ends the demo, its database and its folder go with it, as with Ctrl+C."""
    task = asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task.cancel() if task else None)


async def _show(port: int) -> None:
    from bot.cli.demo_stage import demo_stage  # noqa: PLC0415  (as above)

    _end_with_the_terminal()
    say("Setting up a workspace with ninety days of sample sessions …")
    async with demo_stage(port=port) as stage:
        await stage.work_through_samples()
        await stage.until_cards_stand()
        say(
            f"\n  FlowPilot is at {stage.sandbox.url}\n\n  Ada and Chloe review, Ben is an engineer. Ctrl+C ends it.\n"
        )
        await asyncio.Event().wait()
