"""Scripts as part of flows: what a step's script is now, and how an approved template becomes one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.editing import Edited, EditingDraft, Subject, Workbench
from bot.domain.members import Member, require_admin
from bot.domain.scripts import ScriptTemplate, TemplateStatus
from bot.domain.step_scripts import (
    NoStepForScriptError,
    ScriptThereError,
    StepScript,
    TemplateName,
    WrittenAt,
)
from bot.domain.tree_edits import give_script
from bot.domain.trees import Node
from bot.domain.validation import named
from bot.scripting.built_in import built_in_recipes
from bot.services.editing import Present, opened, saved, workbench
from bot.services.flows import flow_in_use
from bot.services.script_templates import record_template
from bot.services.scripts import built_in_key, own_key
from storage.database import Database
from storage.transaction import Transaction


async def script_of(tx: Transaction, node: Node) -> StepScript | None:
    """The script of the step, if it has one. A template of the workspace goes before a built-in one of that name."""
    if not node.script or not node.script.strip():
        return None
    name = TemplateName.parse(node.script)
    if name is None:
        return StepScript()
    template = await tx.script_templates.named(name)
    if template and template.status is TemplateStatus.APPROVED:
        return StepScript(name=name, key=own_key(template))
    built_in = next((key for (key, _), recipe in built_in_recipes().items() if name.is_of(recipe)), None)
    if built_in:
        return StepScript(name=name, key=built_in_key(built_in))
    return StepScript(name=name, is_withdrawn=template is not None)


async def written_at(tx: Transaction, template: ScriptTemplate) -> WrittenAt | None:
    """The step at which the template was written, if it is still part of a flow in use."""
    flow = await tx.flows.find(template.step.flow_id) if template.step else None
    node = flow.tree.nodes.get(template.step.node) if flow and template.step else None
    if flow is None or node is None or flow.archived:
        return None
    return WrittenAt(flow_id=flow.id, version=flow.current.number, title=flow.title, node=node)


async def add_to_step(
    database: Database, workspace_id: str, template_id: int, *, by: Member, now: datetime
) -> Workbench:
    """The draft of the flow's next version, in which the step has the template for its script; to be published there.

    Where somebody else works on the flow it is that person's draft as it is.

    Raises:
        NotAllowedError: this person is no reviewer.
        NoStepForScriptError: the template was written at no step, or is not approved.
        FlowOutOfUseError: the flow is archived.
        ScriptThereError: the published step has it already.
        StepGoneError, EditRefusedError: the step is gone, or takes no script.
    """
    require_admin(by, "edit flows")
    async with database.transaction(workspace_id) as tx:
        template = await tx.script_templates.get(template_id)
        if template.step is None or template.status is not TemplateStatus.APPROVED:
            raise NoStepForScriptError
        flow_id, node_id = template.step.flow_id, template.step.node
        current = (await flow_in_use(tx, flow_id)).current
        name = TemplateName.of(template.recipe)
        at = await written_at(tx, template)
        if at and at.has(template.recipe):
            raise ScriptThereError(named(node_id, at.node))
        present = Present(current.draft, current.number)
        bench = await opened(tx, Subject(Edited.FLOW, flow_id), present, by=by, now=now)
        if not bench.is_mine:
            return bench
        after = await saved(tx, bench.draft, _with_script(bench.draft, node_id, name, now=now))
        if after != bench.draft:
            detail = {"flow": flow_id, "version": current.number, "node": node_id}
            await record_template(tx, "script.add_to_step", template, by=by, now=now, detail=detail)
        return await workbench(tx, after, present, by)


def _with_script(draft: EditingDraft, node_id: str, name: TemplateName, *, now: datetime) -> EditingDraft:
    tree = give_script(draft.content.tree, node_id, str(name))
    return draft.changed(replace(draft.content, tree=tree), now=now)
