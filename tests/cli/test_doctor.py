"""What the doctor finds, and the manifest."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.sandbox import serve_sandbox
from tests.cli.conftest import Stage
from tests.cli.databases import BLANK, Databases
from tests.cli.processes import CONFIG, Ended, FlowPilot

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
KEY = "sk-ant-pretend-0123456789abcdef"
CLOSED_PORT = "http://127.0.0.1:9/api/"


@dataclass(frozen=True)
class Examined:
    """What the doctor said of each installation."""

    unset: Ended
    well: Ended
    wrong_bot_token: Ended
    wrong_app_token: Ended
    unreachable: Ended
    blank: Ended
    away: Ended


@pytest.fixture(scope="session")
async def examined(unset: FlowPilot, migrated: Stage, databases: Databases) -> Examined:
    """All at once: the doctor waits patiently for a Slack that is out of reach."""
    async with serve_sandbox(CONFIG) as sandbox:
        well = unset.given(database_url=databases.url_of(migrated.database)).connected(sandbox)
        return Examined(
            *await asyncio.gather(
                unset("doctor"),
                well("doctor"),
                well.given(slack_bot_token="xoxb-of-somebody-else")("doctor"),
                well.given(slack_app_token="xapp-of-somebody-else")("doctor"),
                well.given(slack_api_url=CLOSED_PORT)("doctor"),
                well.given(database_url=databases.url_of(BLANK))("doctor"),
                well.given(database_url="postgresql://nobody@127.0.0.1:9/none")("doctor"),
            )
        )


def problems(ended: Ended) -> dict[str, str]:
    """The sentence of each part that is not well."""
    lines = [line.partition(" ")[2].strip() for line in ended.out.splitlines() if line.startswith("PROBLEM")]
    return dict(line.split(": ", 1) for line in lines)


def test_doctor_says_what_to_set_when_nothing_is(examined: Examined) -> None:
    found = problems(examined.unset)
    assert (examined.unset.code, examined.unset.err) == (1, "")
    assert "FLOWPILOT_ADMINS" in found["reviewers"]
    assert "FLOWPILOT_REVIEW_CHANNEL" in found["review channel"]
    assert "FLOWPILOT_DIGEST_CHANNEL" in found["digest channel"]
    assert all(
        f"FLOWPILOT_SLACK_{name}" in found["Slack"] for name in ("APP_TOKEN", "SIGNING_SECRET", "BOT_TOKEN")
    )
    assert "ok       database: embedded PostgreSQL answers; the schema is current\n" in examined.unset.out


def test_doctor_finds_a_whole_installation_well(examined: Examined) -> None:
    assert (examined.well.code, problems(examined.well)) == (0, {})
    assert "Northwind IT (T0SANDBOX) over Socket Mode" in examined.well.out


async def test_doctor_says_who_analyses_without_asking_it(unset: FlowPilot, examined: Examined) -> None:
    assert "ok       model: none; sessions are analysed by rules" in examined.unset.out
    keyed = await unset.given(anthropic_api_key=KEY, anthropic_base_url="http://127.0.0.1:9")("doctor")
    assert (
        "ok       model: claude-sonnet-5-5 at http://127.0.0.1:9 (not called now), up to $5.00 a day"
        in keyed.out
    )
    assert KEY not in keyed.out + keyed.err


def test_doctor_names_the_token_that_slack_does_not_take(examined: Examined) -> None:
    for ended, variable in (
        (examined.wrong_bot_token, "FLOWPILOT_SLACK_BOT_TOKEN"),
        (examined.wrong_app_token, "FLOWPILOT_SLACK_APP_TOKEN"),
    ):
        assert ended.code == 1
        (sentence,) = problems(ended).values()
        assert variable in sentence
        assert "of-somebody-else" not in ended.out + ended.err


def test_doctor_says_when_slack_is_out_of_reach(examined: Examined) -> None:
    assert examined.unreachable.code == 1
    (sentence,) = problems(examined.unreachable).values()
    assert sentence.startswith(f"Slack does not answer at {CLOSED_PORT}.")


def test_doctor_tells_a_database_out_of_reach_from_one_to_migrate(examined: Examined) -> None:
    assert (examined.blank.code, examined.away.code) == (1, 1)
    assert problems(examined.blank) == {
        "database": "The database's schema is not this version's: run flowpilot migrate."
    }
    (sentence,) = problems(examined.away).values()
    assert sentence.startswith("The database does not answer: ")
    assert "9" in sentence
    assert "migrate" not in sentence


async def test_manifest_is_the_one_of_the_repository_or_leads_to_an_address(unset: FlowPilot) -> None:
    socket_mode, http = await asyncio.gather(
        unset("manifest"), unset("manifest", "--url", "https://flowpilot.example.com/")
    )
    assert socket_mode.out == MANIFEST.read_text()
    assert http.out.count("https://flowpilot.example.com/slack/events") == 3
    assert "socket_mode_enabled: false" in http.out


async def test_half_a_configuration_is_refused_at_start(flowpilot: FlowPilot) -> None:
    bot_token = flowpilot.given(slack_bot_token=CONFIG.bot_token)
    app_token = flowpilot.given(slack_app_token=CONFIG.app_token)
    both = replace(bot_token, variables={**bot_token.variables, **app_token.variables}).given(
        slack_signing_secret=CONFIG.signing_secret
    )
    ended = await asyncio.gather(bot_token("run"), app_token("worker"), both("web"))
    assert [(each.code, each.out, each.err.count("\n")) for each in ended] == [(1, "", 1)] * len(ended)
    missing = (
        "FLOWPILOT_SLACK_SIGNING_SECRET",
        "FLOWPILOT_SLACK_BOT_TOKEN",
        "Both FLOWPILOT_SLACK_APP_TOKEN",
    )
    assert all(words in each.err for words, each in zip(missing, ended, strict=True))
