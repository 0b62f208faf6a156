"""Generated scripts and the workspace's templates; what is decided once is decided by one conditional update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update

from bot.domain.errors import NotFoundError
from bot.domain.scripts import (
    Effect,
    FoundCommand,
    Language,
    NewScript,
    Origin,
    Parameter,
    ParameterKind,
    Place,
    Recipe,
    Script,
    ScriptStatus,
    ScriptTemplate,
    TemplateStatus,
    recipe_record,
)
from bot.domain.sessions import FlowPlace
from bot.domain.step_scripts import TemplateName
from storage.statements import Statements
from storage.tables import script_templates, scripts


class Scripts:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = scripts.c.workspace_id == statements.workspace_id

    async def add(self, new: NewScript) -> Script:
        """Raises NotFoundError: the session or the template is not there."""
        rows = await self._statements.rows(
            insert(scripts)
            .values(
                workspace_id=self._statements.workspace_id,
                session_id=new.place.session_id,
                template_id=new.template_id,
                language=new.language,
                title=new.title,
                explanation=new.explanation,
                body=new.text,
                effect=new.effect,
                origin=new.origin,
                hash=new.hash,
                parameters=dict(new.values),
                commands=[[each.line, each.text, each.effect] for each in new.commands],
                status=new.status,
                channel=new.place.channel,
                thread_ts=new.place.thread_ts,
                created_by=new.created_by,
                created_at=new.created_at,
            )
            .returning(scripts)
        )
        return _script(rows[0])

    async def get(self, script_id: int) -> Script:
        """Raises NotFoundError."""
        row = await self._statements.row(select(scripts).where(self._own, scripts.c.id == script_id))
        if row is None:
            raise NotFoundError("script", script_id)
        return _script(row)

    async def confirm(self, script_id: int, *, by: str, now: datetime) -> bool:
        """Whether it was this confirmation by which the script is shown: of a waiting one, by another person."""
        waiting = (scripts.c.status == ScriptStatus.WAITING, scripts.c.created_by != by)
        confirmed = update(scripts).where(self._own, scripts.c.id == script_id, *waiting)
        changed = await self._statements.changed(
            confirmed.values(status=ScriptStatus.SHOWN, confirmed_by=by, confirmed_at=now)
        )
        return changed == 1


class ScriptTemplates:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._own = script_templates.c.workspace_id == statements.workspace_id

    async def add(
        self,
        recipe: Recipe,
        *,
        effect: Effect,
        origin: Origin,
        by: str,
        now: datetime,
        step: FlowPlace | None = None,
    ) -> ScriptTemplate:
        """A new draft."""
        new = insert(script_templates).values(
            workspace_id=self._statements.workspace_id,
            effect=effect,
            origin=origin,
            hash=recipe.hash,
            status=TemplateStatus.DRAFT,
            flow_id=step and step.flow_id,
            flow_version=step and step.version,
            node=step and step.node,
            created_by=by,
            created_at=now,
            **recipe_record(recipe),
        )
        rows = await self._statements.rows(new.returning(script_templates))
        return _template(rows[0])

    async def get(self, template_id: int) -> ScriptTemplate:
        """Raises NotFoundError."""
        query = select(script_templates).where(self._own, script_templates.c.id == template_id)
        row = await self._statements.row(query)
        if row is None:
            raise NotFoundError("script template", template_id)
        return _template(row)

    async def named(self, name: TemplateName) -> ScriptTemplate | None:
        """The template of that name that is in use; without one, one that was withdrawn. Of several the last approved."""
        called = (
            func.lower(_on_one_line(script_templates.c.title)) == func.lower(name.title),
            script_templates.c.language == name.language,
            script_templates.c.status.in_((TemplateStatus.APPROVED, TemplateStatus.WITHDRAWN)),
        )
        newest = (
            script_templates.c.status,
            script_templates.c.decided_at.desc(),
            script_templates.c.id.desc(),
        )
        query = select(script_templates).where(self._own, *called).order_by(*newest)
        row = await self._statements.row(query.limit(1))
        return _template(row) if row else None

    async def of_flow(self, flow_id: int) -> Sequence[int]:
        """The ids of approved templates that were written at a step of the flow."""
        its = (script_templates.c.flow_id == flow_id, script_templates.c.status == TemplateStatus.APPROVED)
        query = select(script_templates.c.id).where(self._own, *its).order_by(script_templates.c.id)
        return [row["id"] for row in await self._statements.rows(query)]

    async def approved(self, language: Language, limit: int) -> Sequence[ScriptTemplate]:
        """By title."""
        usable = (
            script_templates.c.status == TemplateStatus.APPROVED,
            script_templates.c.language == language,
        )
        query = select(script_templates).where(self._own, *usable).order_by(script_templates.c.title)
        return [_template(row) for row in await self._statements.rows(query.limit(limit))]

    async def move(
        self,
        template_id: int,
        *,
        seen: TemplateStatus,
        to: TemplateStatus,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Whether it was in the status that was seen; `by` and `at` are the decision's."""
        unmoved = (script_templates.c.id == template_id, script_templates.c.status == seen)
        moved = update(script_templates).where(self._own, *unmoved)
        return await self._statements.changed(moved.values(status=to, decided_by=by, decided_at=at)) == 1


def _on_one_line(column: ColumnElement[str]) -> ColumnElement[str]:
    return func.btrim(func.regexp_replace(column, r"\s+", " ", "g"))


def _script(row: RowMapping) -> Script:
    return Script(
        id=row["id"],
        language=Language(row["language"]),
        title=row["title"],
        explanation=row["explanation"],
        text=row["body"],
        effect=Effect(row["effect"]),
        origin=Origin(row["origin"]),
        values=row["parameters"],
        commands=tuple(FoundCommand(line, text, Effect(effect)) for line, text, effect in row["commands"]),
        template_id=row["template_id"],
        place=Place(session_id=row["session_id"], channel=row["channel"], thread_ts=row["thread_ts"]),
        status=ScriptStatus(row["status"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
    )


def _template(row: RowMapping) -> ScriptTemplate:
    return ScriptTemplate(
        id=row["id"],
        recipe=Recipe(
            language=Language(row["language"]),
            title=row["title"],
            explanation=row["explanation"],
            body=row["body"],
            parameters=tuple(_parameter(each) for each in row["parameters"]),
        ),
        effect=Effect(row["effect"]),
        origin=Origin(row["origin"]),
        status=TemplateStatus(row["status"]),
        step=FlowPlace(row["flow_id"], row["flow_version"], row["node"]) if row["flow_id"] else None,
        created_by=row["created_by"],
        created_at=row["created_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )


def _parameter(record: dict[str, Any]) -> Parameter:
    return Parameter(
        name=record["name"],
        kind=ParameterKind(record["kind"]),
        label=record["label"],
        choices=tuple(record["choices"]),
        default=record["default"],
    )
