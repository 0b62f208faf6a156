"""Rows of a table made into session records, by a column map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.domain.errors import FlowPilotError, InvalidRecordError
from bot.domain.record_fields import shown

TIME_FIELDS = ("created_at", "resolved_at")
NUMBER_FIELDS = ("rating", "paused_minutes")
BETWEEN_PEOPLE = ";"
"""A comma will not do: it stands between last and first names."""


class UnusableMapError(FlowPilotError):
    """The column map is wrong, or does not fit the file."""


@dataclass(frozen=True, slots=True)
class Template:
    """Text with columns in it: the words before each column with its name, and the words after the last."""

    columns: tuple[tuple[str, str], ...]
    tail: str

    def fill(self, row: Mapping[str, str]) -> str:
        """The text for a row. An empty column takes the words before it along; with all empty there is no text."""
        filled = [
            (place, words, cell)
            for place, (words, column) in enumerate(self.columns)
            if (cell := row[column].strip())
        ]
        if self.columns and not filled:
            return ""
        # The words before a later column join it to the one before: with nothing there, they would hang.
        parts = [
            cell if place and not index else words + cell for index, (place, words, cell) in enumerate(filled)
        ]
        return "".join(parts) + self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """Where a field comes from: the first template that gives text, translated by `values` (keys in lower case)."""

    name: str
    templates: tuple[Template, ...]
    values: Mapping[str, str] | None = None
    default: str | None = None

    def value(self, row: Mapping[str, str]) -> str | None:
        """The field's text for a row, or None.

        Raises:
            InvalidRecordError: the map has values for this field, but none for the row's.
        """
        text = next((text for template in self.templates if (text := template.fill(row))), "")
        if not text or self.values is None:
            return text or self.default
        known = self.values.get(text.lower(), self.default)
        if known is None:
            raise InvalidRecordError(self.name, f"{shown(text)} is not in [values.{self.name}] of the map")
        return known or self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """What the columns of a table mean, and how the table is written."""

    rules: tuple[FieldRule, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    time_format: str | None = None
    time_zone: tzinfo | None = None

    def check_columns(self, header: Sequence[str]) -> None:
        """Raises UnusableMapError when the map does not fit a table with these columns."""
        there = ", ".join(header)
        hint = "" if len(header) > 1 else " Is the delimiter in [file] right?"
        for rule in self.rules:
            for template in rule.templates:
                for _, column in template.columns:
                    if column not in header:
                        raise UnusableMapError(
                            f'{rule.name} in the map names the column "{column}", which the file does not have. '
                            f"Its columns: {there}.{hint}"
                        )
                if not template.columns and template.tail in header:
                    raise UnusableMapError(
                        f'{rule.name} in the map is the fixed text "{template.tail}"; '
                        f"write {{{template.tail}}} in braces for the column."
                    )

    def record_of(self, row: Mapping[str, str]) -> dict[str, object]:
        """The session record of a row; its values are checked when the record is parsed.

        Raises:
            InvalidRecordError: a value that the map cannot translate.
        """
        texts = {rule.name: text for rule in self.rules if (text := rule.value(row)) is not None}
        return {name: self._converted(name, text) for name, text in texts.items()}

    def _converted(self, name: str, text: str) -> object:
        if name in TIME_FIELDS:
            return self._time(name, text)
        if name == "people":
            return text.split(BETWEEN_PEOPLE)
        return _number(text) if name in NUMBER_FIELDS else text

    def _time(self, name: str, text: str) -> str:
        try:
            moment = (
                datetime.strptime(text, self.time_format)  # noqa: DTZ007  (the zone is set below)
                if self.time_format
                else datetime.fromisoformat(text)
            )
        except ValueError as error:
            expected = self.time_format or "ISO 8601"
            raise InvalidRecordError(name, f"{shown(text)} is not a time of the format {expected}") from error
        if moment.tzinfo is None:
            if self.time_zone is None:
                raise InvalidRecordError(
                    name, f"{shown(text)} has no time zone; set time_zone in [file] of the map"
                )
            moment = moment.replace(tzinfo=self.time_zone)
        return moment.isoformat()


def _number(text: str) -> object:
    """The number that the text is; the text itself when it is none, for the record's own check to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
