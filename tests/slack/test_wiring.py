"""What is registered, what is declared to Slack and what people can click are the same."""

import asyncio
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

import bot.slack.views
from bot.domain.proposals import ProposalStatus
from bot.domain.windows import PERIODS
from bot.sandbox import Sandbox
from bot.slack.api import OneWorkspace, SlackApi, identify, is_loopback, open_session
from bot.slack.app import authorising, build_app
from bot.slack.errors import InstallationGoneError, SlackUnansweredError
from bot.slack.ids import PERIOD_ACTIONS, Action, Callback, Shortcut
from bot.slack.manifest import BOT_SCOPES, manifest
from bot.slack.register import ACTIONS, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from bot.slack.running import Running
from bot.slack.socket_mode import AppTokenRefusedError, check_app_token
from tests.slack.conftest import ADA, SUPPORT, TEAM, Bot

ROOT = Path(__file__).parents[2]


def examples() -> list[dict[str, Any]]:
    modules = [
        importlib.import_module(f"bot.slack.views.{found.name}")
        for found in pkgutil.iter_modules(bot.slack.views.__path__)
    ]
    return [make() for module in modules for make in getattr(module, "EXAMPLES", {}).values()]


def values_of(value: Any, key: str) -> set[str]:
    if isinstance(value, dict):
        own = {value[key]} if isinstance(value.get(key), str) else set()
        return own.union(*(values_of(inner, key) for inner in value.values()), set())
    return set().union(*(values_of(inner, key) for inner in value)) if isinstance(value, list) else set()


def test_every_button_has_a_listener_and_every_listener_a_button() -> None:
    shown = values_of(examples(), "action_id") - {"value"}
    assert shown == set(ACTIONS) == set(Action)


def test_every_modal_that_is_submitted_has_a_listener_and_the_reverse() -> None:
    assert values_of(examples(), "callback_id") == set(VIEWS) == set(Callback)


def test_every_period_has_its_button() -> None:
    assert tuple(PERIOD_ACTIONS) == PERIODS


def test_the_manifest_file_is_the_one_for_socket_mode() -> None:
    assert (ROOT / "manifest.yml").read_text() == manifest(None)


def test_the_manifest_declares_what_is_registered_and_no_more() -> None:
    declared = yaml.safe_load(manifest(None))
    events = {event.partition(".")[0] for event in declared["settings"]["event_subscriptions"]["bot_events"]}
    commands = {command["command"] for command in declared["features"]["slash_commands"]}
    assert events == set(EVENTS)
    assert commands == set(COMMANDS)
    shortcuts = {each["callback_id"] for each in declared["features"]["shortcuts"]}
    assert shortcuts == set(SHORTCUTS) == set(Shortcut)
    assert declared["settings"]["socket_mode_enabled"] is True


def test_the_scopes_are_those_that_events_and_calls_need() -> None:
    needed = {
        "app_mention": "app_mentions:read",
        "message": "im:history",
        COMMAND_SCOPE: "commands",
        "chat.postMessage": "chat:write",
        "files.getUploadURLExternal": "files:write",
        "users.info": "users:read",
    }
    scopes = yaml.safe_load(manifest(None))["oauth_config"]["scopes"]
    assert set(BOT_SCOPES) == set(needed.values())
    assert set(scopes["bot"]) - set(scopes["bot_optional"]) == set(BOT_SCOPES)


def test_over_http_the_manifest_names_the_address_everywhere() -> None:
    declared = yaml.safe_load(manifest("https://flowpilot.example.com/"))
    url = "https://flowpilot.example.com/slack/events"
    assert declared["settings"]["event_subscriptions"]["request_url"] == url
    assert declared["settings"]["interactivity"]["request_url"] == url
    assert declared["features"]["slash_commands"][0]["url"] == url
    assert declared["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/api/", True),
        ("http://localhost/api/", True),
        ("http://[::1]:1/", True),
        ("https://slack.com/api/", False),
    ],
)
def test_a_proxy_is_never_asked_for_what_is_on_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


async def test_bolt_takes_nothing_from_the_environment(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "from-the-environment")
    app = build_app(bot.deps, tokens=OneWorkspace(TEAM, "xoxb"), signing_secret="")
    assert app.oauth_flow is None
    assert app.installation_store is None
    assert app.client.token is None


async def test_the_same_app_works_over_http(bot: Bot, over_http: str) -> None:
    proposal = await bot.a_proposal()
    bot.sandbox.request_url = over_http
    await bot.disconnect()
    ack = await bot.sandbox.person(ADA).click(bot.cards()[0], "proposal.approve")
    await bot.settle()
    assert (bot.sandbox.transport, ack.ok) == ("http", True)
    assert (await bot.proposal(proposal.id)).status is ProposalStatus.APPROVED


async def test_a_request_that_slack_did_not_sign_is_refused(over_http: str) -> None:
    headers = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=0"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(over_http, data="payload={}", headers=headers) as answer,
    ):
        assert answer.status == 401


async def test_who_we_are_is_asked_once(bot: Bot) -> None:
    for _ in range(3):
        await bot.sandbox.person(ADA).command(SUPPORT, "/flowpilot help")
    assert len(bot.calls("auth.test")) == 1


async def test_who_we_are_is_not_asked_again_once_the_start_has_asked(sandbox: Sandbox) -> None:
    async with open_session(sandbox.api_url) as session:
        token = sandbox.config.bot_token
        identity = await identify(session, sandbox.api_url, token)
        tokens = OneWorkspace(TEAM, token)
        api = SlackApi(session, base_url=sandbox.api_url, tokens=tokens)
        sandbox.misbehave("auth.test", "server_error", times=9)
        authorised = await authorising(api, tokens, {token: identity})(TEAM)
    assert authorised is not None
    assert (authorised.team_id, authorised.bot_user_id) == (TEAM, identity.bot_user_id)


async def test_a_connection_that_breaks_comes_back(bot: Bot) -> None:
    await bot.sandbox._socket.close()  # noqa: SLF001  (Slack closes connections as it likes)
    await bot.sandbox.until(lambda: bot.sandbox.connection_count == 1, timeout=15)
    ack = await bot.sandbox.person(ADA).command(SUPPORT, "/flowpilot help")
    assert ack.ok


async def test_tokens_are_checked_in_words(sandbox: Sandbox) -> None:
    with pytest.raises(AppTokenRefusedError, match="FLOWPILOT_SLACK_APP_TOKEN"):
        await check_app_token("xapp-wrong", sandbox.api_url)
    async with open_session(sandbox.api_url) as session:
        with pytest.raises(InstallationGoneError, match="FLOWPILOT_SLACK_BOT_TOKEN"):
            await identify(session, sandbox.api_url, "xoxb-wrong")
        assert (await identify(session, sandbox.api_url, sandbox.config.bot_token)).workspace_id == TEAM


async def test_nobody_there_is_said_in_words() -> None:
    async def at_once(_seconds: float) -> None:
        pass

    async with open_session("http://127.0.0.1:1/") as session:
        tokens = OneWorkspace(TEAM, "xoxb")
        api = SlackApi(session, base_url="http://127.0.0.1:1/", tokens=tokens, sleep=at_once)
        with pytest.raises(SlackUnansweredError, match="Slack does not answer"):
            await api.call(TEAM, "chat.postMessage", channel="C1", text="Hello.")


async def test_draining_waits_for_what_is_under_way_and_then_gives_up() -> None:
    running, started = Running(), asyncio.Event()

    async def work(until: asyncio.Event) -> None:
        with running.task():
            started.set()
            await until.wait()

    done, never = asyncio.Event(), asyncio.Event()
    quick = asyncio.create_task(work(done))
    await started.wait()
    asyncio.get_running_loop().call_soon(done.set)
    await running.drain(5)
    assert quick.done()
    endless = asyncio.create_task(work(never))
    await asyncio.sleep(0)
    await running.drain(0.01)
    assert endless.cancelled()


COMMAND_SCOPE = "/flowpilot"
