"""Settings from the environment or `.env`, read once by the command line and handed down as values."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.errors import FlowPilotError

SLACK_API_URL = "https://slack.com/api/"
ANTHROPIC_API_URL = "https://api.anthropic.com"
ANTHROPIC_MODEL = "claude-sonnet-5-5"
"""The middle of the range: telling the same question in other words needs judgement, at a few cents a session."""


class Transport(StrEnum):
    SOCKET_MODE = "Socket Mode"
    HTTP = "HTTP"


class SettingsError(FlowPilotError):
    """The configuration is incomplete or contradicts itself."""


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma-separated list."""


class Settings(BaseSettings):
    """Names are those of the variables in lower case, without `FLOWPILOT_`."""

    model_config = SettingsConfigDict(
        env_prefix="FLOWPILOT_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    database_url: SecretStr | None = None
    data_dir: Path = Field(default_factory=lambda: user_data_path("flowpilot", appauthor=False))
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str = ANTHROPIC_API_URL
    anthropic_model: str = ANTHROPIC_MODEL
    anthropic_cents_per_day: int = Field(default=500, ge=0)
    anthropic_batches: bool = False
    admins: Words = ()
    review_channel: str | None = None
    digest_channel: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535, validation_alias=AliasChoices("FLOWPILOT_PORT", "PORT"))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("slack_api_url")
    @classmethod
    def _end_with_slash(cls, url: str) -> str:
        return url if url.endswith("/") else f"{url}/"

    @property
    def transport(self) -> Transport:
        """How Slack reaches us: Socket Mode with an app token, HTTP with a signing secret.

        Raises:
            SettingsError: neither, both, or half of one is configured; the sentences name all that is missing.
        """
        if problem := self.slack_problem:
            raise SettingsError(problem)
        return Transport.SOCKET_MODE if self.slack_app_token else Transport.HTTP

    @property
    def slack_problem(self) -> str | None:
        """All that is missing or contradictory in the Slack settings, in sentences; None when they will do."""
        found = [problem for problem in (self._way_problem, self._token_problem) if problem]
        return " ".join(found) or None

    @property
    def _way_problem(self) -> str | None:
        if self.slack_app_token and self.slack_signing_secret:
            return (
                "Both FLOWPILOT_SLACK_APP_TOKEN (Socket Mode) and FLOWPILOT_SLACK_SIGNING_SECRET (HTTP) are set: "
                "keep the one that your Slack app uses."
            )
        if not self.slack_app_token and not self.slack_signing_secret:
            return (
                "Slack cannot reach FlowPilot: set FLOWPILOT_SLACK_APP_TOKEN (xapp-…, for Socket Mode) or "
                "FLOWPILOT_SLACK_SIGNING_SECRET (for HTTP)."
            )
        return None

    @property
    def _token_problem(self) -> str | None:
        if self.slack_client_id or self.slack_client_secret:
            return (
                "This version serves one workspace: remove FLOWPILOT_SLACK_CLIENT_ID and "
                "FLOWPILOT_SLACK_CLIENT_SECRET, and set FLOWPILOT_SLACK_BOT_TOKEN."
            )
        if not self.slack_bot_token:
            return "FlowPilot cannot speak in Slack: set FLOWPILOT_SLACK_BOT_TOKEN (xoxb-…)."
        return None


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a variable has a value that it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper().removeprefix("FLOWPILOT_")
        raise SettingsError(f"FLOWPILOT_{name} does not fit: {first['msg']}.") from None
