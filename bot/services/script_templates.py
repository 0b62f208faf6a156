"""Templates of the workspace: proposed to the reviewers, decided on, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.jobs import ShowScriptTemplate
from bot.domain.members import Member, require_admin
from bot.domain.script_errors import TemplateDecidedError
from bot.domain.scripts import ScriptTemplate, TemplateStatus
from storage.database import Database
from storage.transaction import Transaction

DEED = "decide on templates"
_DECISIONS = {
    TemplateStatus.APPROVED: (TemplateStatus.PROPOSED, "script.approve_template"),
    TemplateStatus.DECLINED: (TemplateStatus.PROPOSED, "script.decline_template"),
    TemplateStatus.WITHDRAWN: (TemplateStatus.APPROVED, "script.withdraw_template"),
}
"""By what a reviewer decides: the status that the template has until then, and the action on record."""


async def propose_template(
    database: Database, workspace_id: str, template_id: int, *, by: Member, now: datetime
) -> None:
    """Ask the reviewers to make a draft a template for everybody. Raises TemplateDecidedError."""
    async with database.transaction(workspace_id) as tx:
        template = await _moved(tx, template_id, TemplateStatus.DRAFT, TemplateStatus.PROPOSED)
        await record_template(tx, "script.propose_template", template, by=by, now=now)
        await tx.jobs.enqueue(ShowScriptTemplate(template_id))


async def decide_template(
    database: Database, workspace_id: str, template_id: int, to: TemplateStatus, *, by: Member, now: datetime
) -> None:
    """Approve or decline a proposed template, or withdraw one that was approved.

    Raises:
        NotAllowedError: only reviewers decide.
        TemplateDecidedError: somebody was faster.
    """
    require_admin(by, DEED)
    async with database.transaction(workspace_id) as tx:
        seen, action = _DECISIONS[to]
        template = await _moved(tx, template_id, seen, to, by=by.id, at=now)
        await record_template(tx, action, template, by=by, now=now)
        await tx.jobs.enqueue(ShowScriptTemplate(template_id))


async def _moved(
    tx: Transaction,
    template_id: int,
    seen: TemplateStatus,
    to: TemplateStatus,
    *,
    by: str | None = None,
    at: datetime | None = None,
) -> ScriptTemplate:
    moved = await tx.script_templates.move(template_id, seen=seen, to=to, by=by, at=at)
    template = await tx.script_templates.get(template_id)
    if not moved:
        raise TemplateDecidedError(template.status)
    return template


async def record_template(
    tx: Transaction,
    action: str,
    template: ScriptTemplate,
    *,
    by: Member,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Note what became of a template, with its hash."""
    said = {
        "title": template.recipe.title,
        "language": template.recipe.language.value,
        "effect": template.effect.value,
        "origin": template.origin.value,
        "hash": template.recipe.hash,
        **(detail or {}),
    }
    await tx.audit.record(by.id, action, "script_template", template.id, said, now)
