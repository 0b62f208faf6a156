"""`flowpilot demo --check`: the main job from the first session to the digest, unattended, as people would do it."""

from __future__ import annotations

import time
from pathlib import Path

from bot.cli.demo_stage import ADA, DIGEST_CHANNEL, PATIENCE_SECONDS, REVIEW_CHANNEL, Stage, demo_stage
from bot.cli.plain import plain_words
from bot.cli.terminal import print_text
from bot.domain.errors import FlowPilotError
from bot.offline import SystemClock
from bot.sandbox import Message
from bot.sandbox.samples import sample_sessions
from bot.services.digests import request_digest
from bot.slack.ids import Action


class StageFailedError(FlowPilotError):
    """A stage of the main job did not come to its end."""


async def check_main_job(pictures: Path) -> bool:
    """Run the main job, print a line for each stage with its time, and keep the pictures. True when all went well."""
    started = time.monotonic()
    stages = (_import, _analyse, _card, _approve, _stats, _digest)
    try:
        async with demo_stage() as stage:
            _report("start", "database, workspace and app are up", started)
            for check in stages:
                began = time.monotonic()
                _report(check.__name__.strip("_"), await check(stage, pictures), began)
    except (StageFailedError, TimeoutError) as error:
        print_text(f"FAILED   {error}")
        return False
    _report("all", f"pictures in {pictures}/", started)
    return True


def _report(name: str, sentence: str, began: float) -> None:
    print_text(f"{name:8} {time.monotonic() - began:6.2f} s  {sentence}")


async def _import(stage: Stage, _pictures: Path) -> str:
    records = sample_sessions(now=SystemClock().now())
    added, again = await stage.add(records), await stage.add(records)
    _require(
        added == len(records) and again == 0, f"{added} of {len(records)} sessions were added, then {again}."
    )
    return f"{added} sessions; a second time none"


async def _analyse(stage: Stage, _pictures: Path) -> str:
    analysed = await stage.analyse()
    waiting = await stage.waiting()
    _require(bool(waiting), f"{analysed} sessions were analysed and nothing is proposed.")
    return f"{analysed} sessions became {len(waiting)} proposals"


async def _card(stage: Stage, pictures: Path) -> str:
    cards = await stage.until_cards_stand()
    _keep(stage, cards[0], pictures / "card.png")
    return f"{len(cards)} cards stand in the review channel"


async def _approve(stage: Stage, _pictures: Path) -> str:
    card = (await stage.until_cards_stand())[0]
    ack = await stage.sandbox.person(ADA.id).click(card, Action.PROPOSAL_APPROVE)
    _require(ack.ok, f"The click was not acknowledged: {ack.error}.")

    def record_line() -> bool:
        return "Approved" in str(_message(stage, REVIEW_CHANNEL, card.ts).blocks)

    await stage.sandbox.until(record_line, PATIENCE_SECONDS)
    return f"acknowledged after {ack.seconds * 1000:.0f} ms; the card says who approved"


async def _stats(stage: Stage, pictures: Path) -> str:
    ack = await stage.sandbox.person(ADA.id).command(DIGEST_CHANNEL, "/flowpilot stats 30d")
    _require(ack.ok, f"The command was not acknowledged: {ack.error}.")
    answer = await stage.sandbox.until(lambda: stage.sandbox.ephemerals(ADA.id), PATIENCE_SECONDS)
    pictured = await stage.sandbox.until(lambda: _pictured(stage.sandbox.dm(ADA.id)), PATIENCE_SECONDS)
    _keep(stage, pictured, pictures / "stats.png")
    return plain_words({"text": answer[-1].text})


async def _digest(stage: Stage, pictures: Path) -> str:
    await request_digest(stage.database, stage.workspace_id, now=SystemClock().now())
    posted = await stage.sandbox.until(lambda: stage.sandbox.messages(DIGEST_CHANNEL), PATIENCE_SECONDS)
    if _image(posted[0]):
        _keep(stage, posted[0], pictures / "digest.png")
    return posted[0].text


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001  (reads as the sentence that it is)
    if not holds:
        raise StageFailedError(sentence)


def _message(stage: Stage, channel: str, ts: str) -> Message:
    return next(message for message in stage.sandbox.messages(channel) if message.ts == ts)


def _pictured(messages: list[Message]) -> Message | None:
    return next((message for message in reversed(messages) if _image(message)), None)


def _image(message: Message) -> str | None:
    """The id of the file that the message shows."""
    blocks = message.blocks or ()
    return next((block["slack_file"]["id"] for block in blocks if "slack_file" in block), None)


def _keep(stage: Stage, message: Message, path: Path) -> None:
    path.write_bytes(stage.sandbox.file(_image(message) or "").content)
