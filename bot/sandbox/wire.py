"""What crosses the wire: Slack's JSON, its truth values, its refusals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """Why Slack refuses a payload: its error code, where (a JSON pointer) and what is wrong there."""

    error_code: str
    pointer: str
    message: str

    def __str__(self) -> str:
        """Return the problem as Slack writes it in response_metadata."""
        return f"{self.message} [json-pointer:{self.pointer}]"


class SlackError(Exception):
    """A refusal in Slack's words: `code` as the API answers it, and the linter's `problems` if there are any."""

    def __init__(self, code: str, problems: Iterable[Problem] = ()) -> None:
        """Keep `code` and `problems` for the answer."""
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)

    def as_answer(self) -> Json:
        """Return the body of the API's answer; problems carry their JSON pointers, as Slack writes them."""
        answer: Json = {"ok": False, "error": self.code}
        if self.problems:
            answer["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in self.problems]}
        return answer


def is_true(value: object) -> bool:
    """Whether `value` is one of the forms in which clients send a true: true, 1, "1" or "true"."""
    return value in (True, 1, "1") or (isinstance(value, str) and value.lower() == "true")


def decoded(value: object) -> Any:
    """Return the JSON that a form field carries as text; anything else comes back as it is.

    Raises SlackError("invalid_json") for text that starts like JSON and is none.
    """
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError("invalid_json") from None


class Arguments:
    """The arguments of one call, whether they came as a query, a form or JSON."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Take `values` as they arrived; nulls count as absent."""
        self.values = {name: value for name, value in values.items() if value is not None}

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text; `default` if it is absent."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else str(value)

    def required(self, name: str) -> str:
        """Return an argument as text; raises SlackError("invalid_arguments") if it is absent or empty."""
        if not (value := self.text(name)):
            problem = Problem("invalid_arguments", f"/{name}", f"missing required field: {name}")
            raise SlackError("invalid_arguments", [problem])
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return an argument as a whole number between 1 and `most`; raises SlackError("invalid_limit")."""
        try:
            return max(1, min(most, int(self.text(name, str(default)))))
        except ValueError:
            raise SlackError("invalid_limit") from None

    def flag(self, name: str) -> bool:
        """Whether an argument is set and true."""
        return is_true(self.values.get(name))

    def json(self, name: str) -> Any:
        """Return an argument that is JSON, sent as such or as text; None if it is absent."""
        return decoded(self.values.get(name))
