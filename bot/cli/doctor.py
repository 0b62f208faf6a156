"""`flowpilot doctor`: each part of the installation, whether it is well, and what to do if not."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import check_slack
from bot.domain.errors import FlowPilotError
from bot.domain.prices import is_priced
from bot.domain.spending import MICROS_PER_CENT
from bot.domain.words import dollars
from bot.offline import find_database_trouble, open_database
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    is_well: bool
    sentence: str


async def examine(settings: Settings) -> list[Finding]:
    """One finding a part, in the order in which they should be mended."""
    return [
        *_settings(settings),
        await _database(settings),
        await _slack(settings),
        _model(settings),
    ]


def _settings(settings: Settings) -> list[Finding]:
    findings = [Finding("settings", is_well=True, sentence=f"data folder {settings.data_dir}")]
    if not settings.admins:
        findings.append(
            Finding(
                "reviewers",
                is_well=False,
                sentence="Nobody may decide yet: set FLOWPILOT_ADMINS to Slack user ids.",
            )
        )
    for name in ("review_channel", "digest_channel"):
        if not getattr(settings, name):
            sentence = f"Set FLOWPILOT_{name.upper()} to a channel's id and invite FlowPilot there."
            findings.append(Finding(name.replace("_", " "), is_well=False, sentence=sentence))
    return findings


async def _database(settings: Settings) -> Finding:
    kind = "embedded PostgreSQL" if settings.database_url is None else "PostgreSQL at FLOWPILOT_DATABASE_URL"
    try:
        async with open_database(settings) as database:
            trouble = await find_database_trouble(database, in_detail=True)
    except FlowPilotError as error:
        return Finding("database", is_well=False, sentence=str(error))
    return Finding(
        "database", is_well=trouble is None, sentence=trouble or f"{kind} answers; the schema is current"
    )


async def _slack(settings: Settings) -> Finding:
    try:
        return Finding("Slack", is_well=True, sentence=await check_slack(settings))
    except FlowPilotError as error:
        return Finding("Slack", is_well=False, sentence=str(error))


def _model(settings: Settings) -> Finding:
    if settings.anthropic_api_key is None:
        return Finding(
            "model", is_well=True, sentence="none; sessions are analysed by rules, on this machine"
        )
    if not settings.anthropic_cents_per_day:
        sentence = (
            "FLOWPILOT_ANTHROPIC_CENTS_PER_DAY is 0: rules analyse, but where a workspace has its own budget"
        )
        return Finding("model", is_well=True, sentence=sentence)
    model, budget = settings.anthropic_model, dollars(settings.anthropic_cents_per_day * MICROS_PER_CENT)
    price = "" if is_priced(model) else "; its price is not known, so the budget reckons with the dearest"
    ways = ", imports in batches" if settings.anthropic_batches else ""
    sentence = f"{model} at {settings.anthropic_base_url} (not called now), up to {budget} a day{ways}{price}"
    return Finding("model", is_well=True, sentence=sentence)
