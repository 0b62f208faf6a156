"""Reading flow documents, flat or nested, JSON or YAML, as they were exported or written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.domain.errors import InvalidRecordError, InvalidTreeError
from bot.domain.flows import FlowDraft
from bot.domain.formats import MAX_PROBLEMS, TEXT_KEYS
from bot.domain.record_fields import UNSTORABLE
from bot.domain.sessions import ProblemDomain
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.validation import problems_of


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """A flow as it stands in a document, with the id that it has there and problems that it was learnt from."""

    id: str | None
    draft: FlowDraft
    problems: tuple[str, ...] = ()


def load_document(text: str) -> Any:
    """What the text says, as JSON or else as YAML.

    Raises:
        InvalidRecordError: it is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return yaml.load(text, Loader=_PlainWordsLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise InvalidRecordError("document", f"is neither JSON nor YAML{where}.") from error


def parse_flows(document: Any, *, session_ids: Mapping[str, int] | None = None) -> list[FlowRecord]:
    """The flows of a document: `{"flows": [...]}`, a list of flows, or one flow.

    Evidence is kept for the sessions in `session_ids` (by external id) and dropped for all others.

    Raises:
        InvalidRecordError: with the field that is missing or wrong.
        InvalidTreeError: with everything that is wrong with the first bad tree.
    """
    flows = document.get("flows", [document]) if isinstance(document, dict) else document
    if not isinstance(flows, list):
        raise InvalidRecordError("flows", "must be a list of flows.")
    return [_flow(_Field(flow, f"flows[{at}]"), session_ids or {}) for at, flow in enumerate(flows)]


def parse_tree(document: Any, *, session_ids: Mapping[str, int], path: str) -> FlowTree:
    """The tree of `{"root": ..., "nodes": {...}}`, whether or not it keeps the rules; evidence as in `parse_flows`.

    Raises:
        InvalidRecordError: with the field that is missing or wrong; `path` stands before its name.
    """
    return _tree(_Field(document, path), session_ids)


class _PlainWordsLoader(yaml.SafeLoader):
    """Reads yes, no, on and off as the words that people mean when they write an answer, as YAML 1.2 does."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's way to configure a loader)
        first: [each for each in resolvers if first in "tTfF" or each[0] != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class _Field:
    """A value of the document and where it stands there."""

    value: Any
    path: str

    def get(self, key: str) -> _Field:
        if not isinstance(self.value, dict):
            raise InvalidRecordError(self.path, "must be an object with fields.")
        return _Field(self.value.get(key), f"{self.path}.{key}")

    def text(self) -> str:
        """The words; a number counts as its digits."""
        if isinstance(self.value, str) or (isinstance(self.value, int) and not isinstance(self.value, bool)):
            if UNSTORABLE.search(text := str(self.value)):
                raise InvalidRecordError(
                    self.path, "holds something that is not text: NUL, or bytes in another encoding."
                )
            return text
        raise InvalidRecordError(
            self.path, "is missing." if self.value is None else "must be a text in quotes."
        )

    def text_or_none(self) -> str | None:
        return None if self.value is None else self.text()

    def items(self) -> list[_Field]:
        """The entries of a list; a list that is not there has none."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise InvalidRecordError(self.path, "must be a list.")
        return [_Field(value, f"{self.path}[{at}]") for at, value in enumerate(self.value)]

    def fields(self) -> Iterator[tuple[str, _Field]]:
        if not isinstance(self.value, dict):
            raise InvalidRecordError(self.path, "must be an object of nodes by id.")
        for key, value in self.value.items():
            yield _Field(key, self.path).text(), _Field(value, f"{self.path}.{key}")


def _flow(flow: _Field, session_ids: Mapping[str, int]) -> FlowRecord:
    title = flow.get("title").text().strip()
    if not title:
        raise InvalidRecordError(f"{flow.path}.title", "is empty.")
    tree = _tree(flow, session_ids)
    if problems := problems_of(tree):
        raise InvalidTreeError(problems)
    draft = FlowDraft(
        title=title,
        summary=flow.get("summary").text_or_none() or "",
        tree=tree,
        problem_domain=_domain(flow.get("problem_domain")),
        keywords=tuple(keyword.text() for keyword in flow.get("keywords").items()),
    )
    told = tuple(problem.text() for problem in flow.get("problems").items())
    return FlowRecord(flow.get("id").text_or_none(), draft, told[:MAX_PROBLEMS])


def _domain(field: _Field) -> ProblemDomain | None:
    name = field.text_or_none()
    if name is None:
        return None
    try:
        return ProblemDomain(name)
    except ValueError as error:
        raise InvalidRecordError(field.path, f"must be one of {', '.join(ProblemDomain)}.") from error


def _tree(flow: _Field, session_ids: Mapping[str, int]) -> FlowTree:
    root = flow.get("root")
    if isinstance(root.value, dict):
        return FlowTree(root.get("id").text(), _nested_nodes(root, session_ids))
    nodes = {node_id: _node(node, session_ids) for node_id, node in flow.get("nodes").fields()}
    return FlowTree(root.text(), nodes)


def _nested_nodes(root: _Field, session_ids: Mapping[str, int]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    stack = [root]
    while stack:
        field = stack.pop()
        node_id = field.get("id").text()
        if node_id in nodes:
            raise InvalidRecordError(f"{field.path}.id", f"{node_id} is used twice. Give each node its own.")
        nodes[node_id] = _node(field, session_ids)
        stack.extend(reversed(field.get("children").items()))
    return nodes


def _node(field: _Field, session_ids: Mapping[str, int]) -> Node:
    kind = _kind(field.get("kind"))
    return Node(
        kind=kind,
        text=field.get(TEXT_KEYS[kind]).text(),
        help=field.get("help").text_or_none(),
        expected=field.get("expected").text_or_none(),
        script=field.get("script").text_or_none(),
        options=tuple(_option(at, option) for at, option in enumerate(field.get("options").items(), 1)),
        evidence=frozenset(_evidence(field.get("evidence").items(), session_ids)),
    )


def _kind(field: _Field) -> NodeKind:
    try:
        return NodeKind(field.text())
    except ValueError as error:
        raise InvalidRecordError(field.path, f"must be one of {', '.join(NodeKind)}.") from error


def _option(number: int, field: _Field) -> Option:
    option_id = field.get("id").text_or_none() or f"o{number}"
    return Option(option_id, field.get("label").text(), field.get("next").text())


def _evidence(entries: list[_Field], session_ids: Mapping[str, int]) -> Iterator[Evidence]:
    for entry in entries:
        session_id = session_ids.get(entry.get("session").text())
        step = entry.get("step").value
        if not isinstance(step, int) or isinstance(step, bool) or step < 0:
            raise InvalidRecordError(f"{entry.path}.step", "must be a whole number from 0.")
        if session_id is not None:
            yield Evidence(session_id, step)
