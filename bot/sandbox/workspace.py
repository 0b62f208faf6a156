"""The whole state of the sandbox, and what it takes to put something into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

from bot.sandbox.blocks import files_shown, values_of, with_ids
from bot.sandbox.changes import Changes
from bot.sandbox.config import PersonConfig, SandboxConfig
from bot.sandbox.files import Files
from bot.sandbox.journal import Journal
from bot.sandbox.lint import POSTED_TEXT, UPDATED_TEXT, lint_message, lint_view
from bot.sandbox.messages import Channel, Conversations, Message
from bot.sandbox.misbehave import Misbehaviours, Rates
from bot.sandbox.triggers import ResponseUrls, Triggers
from bot.sandbox.views import Views
from bot.sandbox.wire import Json, Problem, SlackError

CONTENT = ("text", "blocks", "metadata")


class Workspace:
    """One Slack workspace in memory. Everything that changes it wakes whoever waits on `changes`."""

    def __init__(self, config: SandboxConfig, clock: Callable[[], float]) -> None:
        """Open a workspace with the people and channels of `config`; `clock` gives seconds since 1970."""
        self.config = config
        self.clock = clock
        self.origin = ""
        self.revoked_as: str | None = None
        self.changes = Changes()
        self.journal = Journal(clock, self.changes)
        self.conversations = Conversations(config, clock)
        self.files = Files()
        self.ids: Iterator[str] = (f"b{number:05}" for number in count(1))
        self.numbers = count(1)
        self.views = Views(self.ids)
        self.triggers = Triggers(clock, lives_seconds=config.trigger_seconds)
        self.response_urls = ResponseUrls(
            clock, lives_seconds=config.response_url_seconds, most_uses=config.response_url_uses
        )
        self.misbehaviours = Misbehaviours()
        self.rates = Rates(clock)
        self._entered: dict[tuple[str, str, str], Json] = {}

    def person(self, user: str) -> PersonConfig:
        """Return somebody of the workspace; raises SlackError("user_not_found")."""
        for person in self.config.people:
            if person.id == user:
                return person
        raise SlackError("user_not_found")

    def check_message(
        self, method: str, payload: Json, *, most_text: int = POSTED_TEXT, ephemeral: bool = False
    ) -> None:
        """Keep the payload in the journal; raises SlackError with every problem if Slack would refuse it."""
        problems = lint_message(payload, most_text=most_text)
        if not problems:
            problems = self._file_problems(
                method, payload.get("blocks") or [], "/blocks", ephemeral=ephemeral
            )
        self._judge(method, payload, problems)
        _check_metadata(payload.get("metadata"))

    def check_view(self, method: str, view: Json) -> None:
        """Keep the view in the journal; raises SlackError with every problem if Slack would refuse it."""
        problems = lint_view(view)
        if not problems:
            problems = self._file_problems(method, view["blocks"], "/view/blocks", ephemeral=False)
        self._judge(method, view, problems)

    def _judge(self, method: str, payload: Json, problems: list[Problem]) -> None:
        if problems:
            self.journal.refuse(method, payload, tuple(problems))
            raise SlackError(problems[0].error_code, problems)
        self.journal.accept(method, payload)

    def _file_problems(self, method: str, blocks: list[Json], at: str, *, ephemeral: bool) -> list[Problem]:
        shown = list(files_shown(blocks))
        if not shown:
            return []
        is_slow = self.misbehaviours.take("slow_files", method) is not None
        refused = [each for each in shown if is_slow or ephemeral or self.files.shown_by(each[1]) is None]
        return [Problem("invalid_blocks", f"{at}{pointer}", "invalid slack file") for pointer, _ in refused]

    def say(self, message: Message) -> Message:
        """Put a new message into its channel."""
        kept = self.conversations.keep(message)
        self.changes.notify()
        return kept

    def post(
        self,
        method: str,
        channel: Channel,
        payload: Json,
        *,
        only_for: str | None = None,
        thread_ts: str | None = None,
        is_broadcast: bool = False,
    ) -> Message:
        """Post as the app; raises SlackError if the payload is refused or the thread is unknown."""
        content = {name: payload.get(name) for name in CONTENT}
        self.check_message(method, content, ephemeral=only_for is not None)
        if thread_ts and not self.conversations.has_thread(channel.id, thread_ts):
            raise SlackError("thread_not_found")
        return self.say(
            Message(
                channel=channel.id,
                ts=self.conversations.next_ts(),
                user=self.config.bot_user,
                text=str(content["text"]),
                blocks=self.filled(content["blocks"]),
                thread_ts=thread_ts or None,
                only_for=only_for,
                is_broadcast=is_broadcast,
                metadata=content["metadata"],
            )
        )

    def rewrite(self, method: str, message: Message, payload: Json) -> Message:
        """Show another payload in a message of the app; without blocks, the message loses its own."""
        content = {name: payload.get(name) for name in CONTENT}
        self.check_message(method, content, most_text=UPDATED_TEXT, ephemeral=message.is_ephemeral)
        changed = replace(
            message,
            text=str(content["text"]),
            blocks=self.filled(content["blocks"]),
            metadata=message.metadata if content["metadata"] is None else content["metadata"] or None,
            is_edited=True,
        )
        return self.say(changed)

    def delete(self, message: Message) -> None:
        """Remove a message."""
        self.conversations.delete(message)
        self.changes.notify()

    def filled(self, blocks: list[Json] | None) -> list[Json] | None:
        """Return blocks with every id that was left out, None for none."""
        return with_ids(blocks, self.ids) if blocks else None

    def entered(self, user: str, message: Message) -> Json:
        """Return state.values of a message: what this person entered in it so far."""
        return values_of(message.blocks, self._entered.get((user, message.channel, message.ts)))

    def enter(self, user: str, message: Message, values: Json) -> None:
        """Remember what a person entered in a message."""
        self._entered[user, message.channel, message.ts] = values


def _check_metadata(metadata: object) -> None:
    if metadata in (None, {}):
        return
    is_shaped = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not is_shaped or not isinstance(metadata.get("event_payload"), dict):  # type: ignore[attr-defined]
        raise SlackError("invalid_metadata_format")
