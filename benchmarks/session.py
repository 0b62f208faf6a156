"""How long a step of a session takes: from the click until the next one stands in the thread, without a model."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from product import its_database, product

from bot.cli.demo_stage import ADA
from bot.domain.flows import FlowDraft, FlowOrigin
from bot.domain.trees import FlowTree, Node, NodeKind, Option
from bot.offline import SystemClock
from bot.sandbox import Message, Sandbox, serve_sandbox

CHANNEL = "C0SUPPORT1"
QUESTIONS = 25
WARM_UP = 3
BETWEEN_CLICKS_SECONDS = 1.2
"""People click no faster, and Slack takes one message a second and channel."""
SETTLING_SECONDS = 3.0
SUBJECTS = ("cable", "badge", "driver", "licence", "fuse")


async def main() -> None:
    with TemporaryDirectory() as folder:
        data_dir = Path(folder)
        async with serve_sandbox() as sandbox, product(sandbox, data_dir):
            workspace_id = sandbox.config.team_id
            async with its_database(data_dir) as database, database.transaction(workspace_id) as tx:
                await tx.flows.publish_new(
                    long_flow(), origin=FlowOrigin.MANUAL, by=ADA.id, at=SystemClock().now(), change="First"
                )
            await asyncio.sleep(SETTLING_SECONDS)
            start, steps = await work(sandbox)
    print(f"session start: {start * 1000:.0f} ms")
    print(f"step p90: {sorted(steps)[int(0.9 * (len(steps) - 1))] * 1000:.0f} ms")
    print(f"step median: {median(steps) * 1000:.0f} ms (goal < 300 ms)")


def long_flow() -> FlowDraft:
    """A question after the other, answered with Yes."""
    nodes = {
        f"n{number}": Node(
            kind=NodeKind.QUESTION,
            text=f"Is the {SUBJECTS[number % len(SUBJECTS)]} of lathe part {number} as it should be?",
            options=(Option("o1", "Yes", f"n{number + 1}"), Option("o2", "No", "fix")),
        )
        for number in range(1, QUESTIONS + 1)
    }
    nodes["fix"] = Node(kind=NodeKind.RESOLUTION, text="Replace that part")
    nodes[f"n{QUESTIONS + 1}"] = Node(kind=NodeKind.ESCALATION, text="Ask the maker of the lathe")
    return FlowDraft(
        title="Lathe stops and beeps",
        summary="The lathe stops in the middle and beeps.",
        tree=FlowTree("n1", nodes),
        keywords=("lathe", "beeps"),
    )


async def work(sandbox: Sandbox) -> tuple[float, list[float]]:
    """Seconds until the first step stood there, and from each click to the next step."""
    ada = sandbox.person(ADA.id)
    began = time.perf_counter()
    await ada.command(CHANNEL, "/flowpilot start Lathe stops and beeps")
    await sandbox.until(lambda: step_with(sandbox, 1))
    start, steps = time.perf_counter() - began, []
    for number in range(1, QUESTIONS + 1):
        await asyncio.sleep(BETWEEN_CLICKS_SECONDS)
        asked = step_with(sandbox, number)
        assert asked is not None
        began = time.perf_counter()
        await ada.click(asked, "session.answer_1")
        await sandbox.until(lambda number=number: step_with(sandbox, number + 1))  # type: ignore[misc]
        steps.append(time.perf_counter() - began)
    assert not sandbox.refused
    return start, steps[WARM_UP:]


def step_with(sandbox: Sandbox, number: int) -> Message | None:
    """The message that asks this step."""
    return next(
        (
            message
            for message in sandbox.messages(CHANNEL)
            if message.text.startswith(f"Step {number}. ") and "session.more" in str(message.blocks)
        ),
        None,
    )


if __name__ == "__main__":
    asyncio.run(main())
