"""Asking Slack whether it takes the app token."""

import pytest

from bot.sandbox import serve_sandbox
from bot.slack.errors import SlackAwayError
from bot.slack.socket_mode import AppTokenRefusedError, check_app_token


async def test_app_token_that_slack_takes_is_fine_and_another_is_refused_by_name() -> None:
    async with serve_sandbox() as sandbox:
        await check_app_token(sandbox.workspace.config.app_token, sandbox.api_url)
        with pytest.raises(AppTokenRefusedError, match="FLOWPILOT_SLACK_APP_TOKEN"):
            await check_app_token("xapp-of-somebody-else", sandbox.api_url)


async def test_server_error_is_no_verdict_on_the_token() -> None:
    async with serve_sandbox() as sandbox:
        sandbox.misbehave("apps.connections.open", "server_error", times=20)
        with pytest.raises(SlackAwayError, match="Slack does not answer at"):
            await check_app_token(sandbox.workspace.config.app_token, sandbox.api_url)
