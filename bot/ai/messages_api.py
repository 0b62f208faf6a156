"""Claude's Messages API, read with care: the only file that imports `anthropic`, which takes more than a second.

`messages.parse` of the SDK raises on an answer that does not fit its schema, and with it the answer's stop reason and
its bill are lost. So the same request is made with `messages.create`, and the reply is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import anthropic
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages.batch_create_params import Request
from pydantic import BaseModel, NonNegativeInt, ValidationError

from bot.ai.no_answer import NoAnswerError
from bot.ai.redaction import redact
from bot.domain.prices import Tokens
from bot.domain.spending import Trouble

REQUEST_SECONDS = 90.0
CONNECT_SECONDS = 5.0
MAX_DETAIL = 200
EFFORT = "medium"
WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
"""Models that do not know how much to think; they refuse the parameter."""
BUSY_STATUSES = (429, 529)
SERVER_ERROR = 500
TRANSIENT_STATUSES = (408, 409)
TOO_LARGE_STATUS = 413


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the service is and who asks."""

    base_url: str
    api_key: str
    model: str


class _Block(BaseModel):
    type: str
    text: str = ""


class _Usage(BaseModel):
    input_tokens: NonNegativeInt
    output_tokens: NonNegativeInt
    cache_creation_input_tokens: NonNegativeInt | None = None
    cache_read_input_tokens: NonNegativeInt | None = None


class _Batch(BaseModel):
    id: str
    processing_status: str


class Reply(BaseModel):
    """A message of the model, as far as we read it."""

    stop_reason: str | None
    content: list[_Block]
    usage: _Usage

    @property
    def tokens(self) -> Tokens:
        usage = self.usage
        return Tokens(
            fresh=usage.input_tokens,
            output=usage.output_tokens,
            cache_write=usage.cache_creation_input_tokens or 0,
            cache_read=usage.cache_read_input_tokens or 0,
        )

    def text(self) -> str:
        """Raises NoAnswerError when the model declined or did not come to an end."""
        if self.stop_reason == "refusal":
            raise NoAnswerError(Trouble.REFUSED, "refusal")
        if self.stop_reason in ("max_tokens", "model_context_window_exceeded"):
            raise NoAnswerError(Trouble.TRUNCATED, self.stop_reason)
        return "".join(block.text for block in self.content if block.type == "text")


class MessagesApi:
    """An open connection; use it as a context manager."""

    def __init__(self, access: Access) -> None:
        self._model = access.model
        self._client = anthropic.AsyncAnthropic(
            api_key=access.api_key,
            base_url=access.base_url,
            max_retries=0,
            timeout=anthropic.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def ask(self, instructions: str, words: str, form: type[BaseModel], *, max_tokens: int) -> Reply:
        """One request, never repeated here.

        Raises:
            NoAnswerError: what came back is no message, or an error.
        """
        request = message_request(self._model, instructions, words, form, max_tokens=max_tokens)
        with _speaking_of_trouble():
            raw = await self._client.messages.with_raw_response.create(**request)
            return Reply.model_validate_json(raw.http_response.content)

    async def submit(
        self, instructions: str, words: Mapping[str, str], form: type[BaseModel], *, max_tokens: int
    ) -> str:
        """Send the words of many requests as one batch, each under its key. Returns the service's id of the batch.

        Raises:
            NoAnswerError: it was not taken.
        """
        requests: list[Request] = [
            {
                "custom_id": key,
                "params": message_request(self._model, instructions, each, form, max_tokens=max_tokens),
            }
            for key, each in words.items()
        ]
        with _speaking_of_trouble():
            raw = await self._client.messages.batches.with_raw_response.create(requests=requests)
            return _Batch.model_validate_json(raw.http_response.content).id

    async def collect(self, batch_id: str) -> dict[str, Reply] | None:
        """The replies of a batch by key, without those that failed, were cancelled or expired; None before its end.

        Raises:
            NoAnswerError: the service does not say.
        """
        with _speaking_of_trouble():
            raw = await self._client.messages.batches.with_raw_response.retrieve(batch_id)
            if _Batch.model_validate_json(raw.http_response.content).processing_status != "ended":
                return None
            results = await self._client.messages.batches.results(batch_id)
            return {
                line.custom_id: Reply.model_validate(line.result.message.to_dict())
                async for line in results
                if line.result.type == "succeeded"
            }


def message_request(
    model: str, instructions: str, words: str, form: type[BaseModel], *, max_tokens: int
) -> MessageCreateParamsNonStreaming:
    """The parameters of one request: instructions that the service may keep in its cache, no tools, a strict form."""
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": anthropic.transform_schema(form)}}
    if not model.startswith(WITHOUT_EFFORT):
        output["effort"] = EFFORT
    return {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{"type": "text", "text": instructions, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": words}],
        "output_config": output,  # type: ignore[typeddict-item]
    }


@contextmanager
def _speaking_of_trouble() -> Iterator[None]:
    try:
        yield
    except anthropic.APIStatusError as error:
        raise _status_trouble(error) from None
    except anthropic.APIConnectionError as error:
        raise NoAnswerError(Trouble.UNREACHABLE, type(error).__name__) from None
    except ValidationError:
        raise NoAnswerError(Trouble.UNREADABLE, "the reply is no message") from None


def _status_trouble(error: anthropic.APIStatusError) -> NoAnswerError:
    status = error.status_code
    detail = f"{status} {redact(error.api_message or '').text}"[:MAX_DETAIL]
    if status in BUSY_STATUSES:
        return NoAnswerError(Trouble.BUSY, detail, pause_seconds=_retry_after(error))
    if status >= SERVER_ERROR or status in TRANSIENT_STATUSES:
        return NoAnswerError(Trouble.UNREACHABLE, detail, pause_seconds=_retry_after(error))
    if status == TOO_LARGE_STATUS:
        return NoAnswerError(Trouble.TOO_LARGE, detail)
    return NoAnswerError(Trouble.MISCONFIGURED, detail)


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    """The seconds of the header; None without one, or when it is none that we understand."""
    header = error.response.headers.get("retry-after", "")
    return float(header) if header.replace(".", "", 1).isdigit() else None
