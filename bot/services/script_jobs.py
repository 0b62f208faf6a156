"""What is said and asked about scripts after a commit."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.jobs import ShowScript, ShowScriptTemplate, WriteScript
from bot.domain.members import Member
from bot.domain.scripts import (
    NOWHERE,
    Language,
    Origin,
    Place,
    RecipeChoice,
    ScriptCard,
    ScriptRefusedError,
    ScriptUnwrittenError,
    ScriptWish,
)
from bot.domain.spending import Spending, Trouble
from bot.services.desk import Desk
from bot.services.scripts import add_draft, asking_channel

TRIES = 2
"""How often a model is asked for one script: the second time it is told what was wrong."""
AGAIN = frozenset({Trouble.UNREADABLE, Trouble.TRUNCATED, Trouble.BUSY, Trouble.UNREACHABLE})


async def show_script(desk: Desk, workspace_id: str, job: ShowScript) -> None:
    """Ask about a script that waits, or send one that may be shown."""
    async with desk.database.transaction(workspace_id) as tx:
        script = await tx.scripts.get(job.script_id)
        names = await tx.members.names({script.created_by, script.confirmed_by or ""})
        template = await tx.script_templates.get(script.template_id) if script.template_id else None
    card = ScriptCard(
        script=script,
        asked_by=names.get(script.created_by, script.created_by),
        confirmed_by=names.get(script.confirmed_by, script.confirmed_by) if script.confirmed_by else None,
        template_status=template.status if template else None,
        ask_in=await asking_channel(desk.database, workspace_id, script.place),
    )
    await desk.messenger.show_script(workspace_id, card)


async def show_script_template(desk: Desk, workspace_id: str, job: ShowScriptTemplate) -> None:
    """In the review channel; without one, to each reviewer."""
    async with desk.database.transaction(workspace_id) as tx:
        template = await tx.script_templates.get(job.template_id)
        actor = template.decided_by or template.created_by
        names = await tx.members.names({actor})
        channel = (await tx.workspaces.get()).settings.review_channel
        asked = [channel] if channel else [admin.id for admin in await tx.members.admins()]
    for to in asked:
        await desk.messenger.ask_about_template(workspace_id, to, template, asked_by=names.get(actor, actor))


async def write_script(desk: Desk, workspace_id: str, job: WriteScript) -> None:
    """Have the model write a script, and offer it to who asked; or say why there is none."""
    async with desk.database.transaction(workspace_id) as tx:
        by = await tx.members.find(job.user) or Member(id=job.user, name=job.user)
    try:
        choice = await _written(desk, workspace_id, job, by)
    except (ScriptRefusedError, ScriptUnwrittenError) as error:
        await desk.messenger.tell(workspace_id, job.user, str(error), key=f"script:unwritten:{job.key}")
        return
    async with desk.database.transaction(workspace_id) as tx:
        template = await tx.script_templates.get(choice.template_id or 0)
    place = NOWHERE if job.session_id is None else Place(session_id=job.session_id)
    await desk.messenger.offer_draft(workspace_id, job.user, template, place, key=f"script:draft:{job.key}")


async def _written(desk: Desk, workspace_id: str, job: WriteScript, by: Member) -> RecipeChoice:
    """Raises ScriptUnwrittenError, or ScriptRefusedError of the last try."""
    if desk.script_writer is None:
        raise ScriptUnwrittenError(Trouble.MISCONFIGURED)
    wish = ScriptWish(task=job.task, language=Language(job.language))
    for is_last in (False,) * (TRIES - 1) + (True,):
        try:
            written = await desk.script_writer.write(wish)
        except ScriptUnwrittenError as error:
            if is_last or error.trouble not in AGAIN:
                raise
            continue
        try:
            return await add_draft(
                desk.database,
                workspace_id,
                written.recipe,
                origin=Origin.MODEL,
                by=by,
                now=desk.clock.now(),
                detail={"model": desk.script_writer.name, **_cost(written.spending)},
            )
        except ScriptRefusedError as refusal:
            if is_last:
                raise
            wish = replace(wish, problems=refusal.problems, earlier=written.recipe)
    raise ScriptUnwrittenError(Trouble.UNREADABLE)


def _cost(spending: Spending) -> dict[str, object]:
    tokens = spending.tokens
    return {
        "input_tokens": tokens.fresh + tokens.cache_read + tokens.cache_write,
        "output_tokens": tokens.output,
        "cost_micro_dollars": spending.cost_micros,
    }
