"""Column maps as people write them: TOML files."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.record_fields import allowed
from bot.domain.records import SESSION_FIELDS
from bot.domain.sessions import ConfidenceTier, ProblemDomain, SessionStatus
from bot.services.import_rows import ColumnMap, FieldRule, Template, UnusableMapError

MAPPED_FIELDS = tuple(name for name in SESSION_FIELDS if name != "steps")
"""A row of a table has no room for steps."""

_TABLES = ("file", "fields", "values", "defaults")
_FILE_SETTINGS = ("delimiter", "encoding", "time_format", "time_zone")
_FROM_COLUMNS = ("external_id", "problem", "created_at")
_REQUIRED = (*_FROM_COLUMNS, "status")
_WORDS: Mapping[str, type[StrEnum]] = {
    "status": SessionStatus,
    "problem_domain": ProblemDomain,
    "confidence_tier": ConfidenceTier,
}
_COLUMN = re.compile(r"\{([^{}]+)\}")


def read_map(path: Path) -> ColumnMap:
    """The column map in a file.

    Raises:
        UnusableMapError: with one sentence on the first thing that is wrong.
    """
    try:
        return parse_map(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableMapError(f"The map {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnusableMapError(f"The map {path} is not UTF-8 text.") from error
    except UnusableMapError as error:
        raise UnusableMapError(f"The map {path} cannot be used: {error}") from error


def parse_map(text: str) -> ColumnMap:
    """The column map in a TOML text. Raises UnusableMapError."""
    try:
        toml = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableMapError(f"It is not TOML: {error}.") from error
    document = _Table("the map", toml).tables(_TABLES)
    fields = document["fields"].within(MAPPED_FIELDS)
    for name in _REQUIRED:
        if name not in fields.entries:
            raise UnusableMapError(f"[fields] does not say where {name} comes from.")
    file = document["file"].within(_FILE_SETTINGS)
    return ColumnMap(
        rules=_rules(fields, document["values"], document["defaults"]),
        delimiter=_delimiter(file),
        encoding=_encoding(file),
        time_format=file.text("time_format"),
        time_zone=_time_zone(file),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the map, with the name that errors call it."""

    name: str
    entries: Mapping[str, object]

    def within(self, known: tuple[str, ...]) -> _Table:
        for key in self.entries:
            if key not in known:
                raise UnusableMapError(f'"{key}" has no meaning in {self.name}; it takes {", ".join(known)}.')
        return self

    def text(self, key: str) -> str | None:
        value = self.entries.get(key)
        if value is None or isinstance(value, str):
            return value
        raise UnusableMapError(f"{key} in {self.name} must be text in quotes.")

    def tables(self, known: tuple[str, ...]) -> dict[str, _Table]:
        """The tables in this one, one for each known name."""
        within = self.within(known)
        return {key: within.table(key) for key in known}

    def table(self, key: str) -> _Table:
        value = self.entries.get(key, {})
        name = f"[{key}]" if self.name == "the map" else f"[{self.name.strip('[]')}.{key}]"
        if not isinstance(value, dict):
            raise UnusableMapError(f"{key} must be a table: {name}.")
        return _Table(name, value)


def _rules(fields: _Table, values: _Table, defaults: _Table) -> tuple[FieldRule, ...]:
    names = tuple(fields.entries)
    values.within(names)
    defaults.within(names)
    rules = []
    for name in names:
        rule = FieldRule(
            name=name,
            templates=_templates(fields, name),
            values=_translations(values.table(name)) if name in values.entries else None,
            default=defaults.text(name),
        )
        _check_words(rule)
        rules.append(rule)
    return tuple(rules)


def _templates(fields: _Table, name: str) -> tuple[Template, ...]:
    value = fields.entries[name]
    given = value if isinstance(value, list) else [value]
    texts = [text for text in given if isinstance(text, str) and text]
    if not given or len(texts) < len(given):
        raise UnusableMapError(
            f'{name} in [fields] must be text such as "{{column}}", or a list of such texts.'
        )
    templates = tuple(_template(name, text) for text in texts)
    if name in _FROM_COLUMNS and not all(template.columns for template in templates):
        raise UnusableMapError(f'{name} in [fields] names no column; write a column in braces: "{{column}}".')
    return templates


def _template(name: str, text: str) -> Template:
    words, *rest = _COLUMN.split(text)
    columns = []
    for column, after in zip(rest[::2], rest[1::2], strict=True):
        columns.append((words, column.strip()))
        words = after
    if any(brace in part for brace in "{}" for part in (words, *(before for before, _ in columns))):
        raise UnusableMapError(f"{name} in [fields] has a brace that is not closed or not opened: {text}")
    return Template(tuple(columns), words)


def _translations(table: _Table) -> dict[str, str]:
    return {key.strip().lower(): table.text(key) or "" for key in table.entries}


def _check_words(rule: FieldRule) -> None:
    """Refuses a word that no record may hold, where the map gives it itself."""
    words = _WORDS.get(rule.name)
    if words is None:
        return
    fixed = (
        [template.tail for template in rule.templates if not template.columns] if rule.values is None else []
    )
    for word in (*fixed, *(rule.values or {}).values(), rule.default or ""):
        if word and word not in set(words):
            raise UnusableMapError(f'{rule.name} cannot be "{word}"; it takes {allowed(words)}.')


def _delimiter(file: _Table) -> str:
    delimiter = file.text("delimiter") or ","
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UnusableMapError(r'delimiter in [file] must be one character, such as ";" or "\t".')
    return delimiter


def _encoding(file: _Table) -> str:
    encoding = file.text("encoding") or "utf-8"
    try:
        codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError) as error:
        raise UnusableMapError(
            f'encoding in [file] is "{encoding}", which nobody knows; try "utf-8" or "cp1252".'
        ) from error
    return encoding


def _time_zone(file: _Table) -> ZoneInfo | None:
    name = file.text("time_zone")
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise UnusableMapError(
            f'time_zone in [file] is "{name}", which nobody knows; write it as in "Europe/Lisbon".'
        ) from error
