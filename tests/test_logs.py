"""Logs hold no secrets and leave standard output alone."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logging, redact_secrets


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Logging as pytest had set it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "secret",
    ["xoxb-12-abc", "xapp-1-A-b", "sk-ant-api03-abc", "fp_0123456789abcdefghij"],
)
def test_tokens_are_removed_from_any_value(secret: str) -> None:
    event: dict[str, object] = {"event": f"called with {secret}", "nested": {"headers": [f"Bearer {secret}"]}}
    assert secret not in repr(redact_secrets(None, "info", event))


def test_password_of_a_database_url_is_removed() -> None:
    event = redact_secrets(None, "info", {"event": "connecting to postgresql://flow:hunter2@db/flowpilot"})
    assert event["event"] == "connecting to postgresql://<secret>@db/flowpilot"


def test_json_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")
    structlog.get_logger("bot.somewhere").info("stage.passed", token="xoxb-1-a", count=3)
    logging.getLogger("elsewhere").warning("also with %s", "xapp-1-b")
    captured = capsys.readouterr()
    ours, theirs = (json.loads(line) for line in captured.err.splitlines())
    assert captured.out == ""
    assert (ours["event"], ours["count"], ours["token"]) == ("stage.passed", 3, "<secret>")
    assert theirs["event"] == "also with <secret>"


def test_errors_are_logged_with_their_trace_but_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json")
    try:
        int("refused xoxb-9-z")
    except ValueError:
        structlog.get_logger("bot.somewhere").exception("call.failed")
    line = capsys.readouterr().err
    assert "ValueError" in line
    assert "xoxb-9-z" not in line
