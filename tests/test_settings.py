"""Settings: what may be left out, and what is refused with a sentence."""

import subprocess
import sys

import pytest

from bot.ai.outline import VERSION
from bot.offline import analyst_of
from bot.settings import Settings, SettingsError, Transport, read_settings


def settings(**given: object) -> Settings:
    """Settings that know nothing of the environment."""
    return Settings.model_validate(given)


def test_app_token_means_socket_mode_and_signing_secret_means_http() -> None:
    assert settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1").transport is Transport.SOCKET_MODE
    assert settings(slack_bot_token="xoxb-1", slack_signing_secret="s").transport is Transport.HTTP


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "FLOWPILOT_SLACK_APP_TOKEN.* FLOWPILOT_SLACK_SIGNING_SECRET.* FLOWPILOT_SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1"}, "FLOWPILOT_SLACK_SIGNING_SECRET"),
        ({"slack_app_token": "xapp-1"}, "FLOWPILOT_SLACK_BOT_TOKEN"),
        ({"slack_signing_secret": "s"}, "FLOWPILOT_SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "slack_signing_secret": "s"}, "Both"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "slack_client_id": "1"}, "one workspace"),
    ],
)
def test_half_a_configuration_is_refused_with_a_sentence_that_names_what_is_missing(
    given: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        _ = settings(**given).transport


def test_environment_is_read_with_lists_and_the_platforms_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWPILOT_ADMINS", "U1, U2,")
    monkeypatch.setenv("PORT", "5000")
    monkeypatch.setenv("FLOWPILOT_SLACK_API_URL", "http://127.0.0.1:8080/api")
    read = read_settings()
    assert (read.admins, read.port, read.slack_api_url) == (("U1", "U2"), 5000, "http://127.0.0.1:8080/api/")


def test_value_that_does_not_fit_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWPILOT_LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsError, match="FLOWPILOT_LOG_LEVEL does not fit"):
        read_settings()


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    given = settings(
        slack_bot_token="xoxb-secret",
        slack_signing_secret="shh",
        database_url="postgresql://u:pw@db/flowpilot",
    )
    for secret in ("xoxb-secret", "shh", "pw@"):
        assert secret not in repr(given)


def test_sessions_are_analysed_by_claude_when_there_is_a_key() -> None:
    assert analyst_of(settings()).name == VERSION
    assert analyst_of(settings(anthropic_api_key="sk-ant-1")).name == "claude-1 claude-sonnet-5-5"
    given = settings(anthropic_api_key="sk-ant-1", anthropic_model="claude-opus-5-5")
    assert analyst_of(given).name == "claude-1 claude-opus-5-5"
    assert "sk-ant-1" not in repr(given)


def test_the_model_s_library_is_imported_by_the_first_question_alone() -> None:
    """It takes longer to import than all the rest."""
    script = "import sys, bot.cli, bot.app; raise SystemExit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
