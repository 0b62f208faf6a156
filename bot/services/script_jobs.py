"""What is said and asked about scripts after a commit."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.jobs import ShowScript, ShowScriptTemplate, WriteScript
from bot.domain.members import Member
from bot.domain.script_errors import ScriptRefusedError, ScriptUnwrittenError
from bot.domain.scripts import (
    NOWHERE,
    Language,
    Origin,
    Place,
    RecipeChoice,
    ScriptCard,
    ScriptWish,
    TemplateStatus,
    WrittenRecipe,
)
from bot.domain.spending import Spending, Trouble
from bot.domain.step_scripts import TemplateCard
from bot.services.desk import Desk
from bot.services.scripts import add_draft, advise_on, asking_channel
from bot.services.spending import has_money_left
from bot.services.step_scripts import written_at

TRIES = 2
"""How often a model is asked for one script: the second time it is told what was wrong."""
ADVICE_SECONDS = 10.0
"""For a program outside that is asked about a script; nobody waits for a message so long."""
AGAIN = frozenset({Trouble.UNREADABLE, Trouble.TRUNCATED, Trouble.BUSY, Trouble.UNREACHABLE})


async def show_script(desk: Desk, workspace_id: str, job: ShowScript) -> None:
    """Ask about a script that waits, or send one that may be shown."""
    async with desk.database.transaction(workspace_id) as tx:
        script = await tx.scripts.get(job.script_id)
        names = await tx.members.names({script.created_by, script.confirmed_by or ""})
        template = await tx.script_templates.get(script.template_id) if script.template_id else None
    adviser = desk.script_adviser
    card = ScriptCard(
        script=script,
        asked_by=names.get(script.created_by, script.created_by),
        confirmed_by=names.get(script.confirmed_by, script.confirmed_by) if script.confirmed_by else None,
        template_status=template.status if template else None,
        ask_in=await asking_channel(desk.database, workspace_id, script.place),
        advice=await adviser.advise(script.language, script.text, seconds=ADVICE_SECONDS) if adviser else (),
    )
    await desk.messenger.show_script(workspace_id, card)


async def show_script_template(desk: Desk, workspace_id: str, job: ShowScriptTemplate) -> None:
    """In the review channel; without one, to each reviewer."""
    async with desk.database.transaction(workspace_id) as tx:
        template = await tx.script_templates.get(job.template_id)
        actor = template.decided_by or template.created_by
        names = await tx.members.names({actor})
        card = TemplateCard(
            template=template, by=names.get(actor, actor), written_at=await written_at(tx, template)
        )
        channel = (await tx.workspaces.get()).settings.review_channel
        asked = [channel] if channel else [admin.id for admin in await tx.members.admins()]
    if template.status is TemplateStatus.PROPOSED:
        advice = await advise_on(
            desk.script_adviser, template.recipe, template.effect, seconds=ADVICE_SECONDS
        )
        card = replace(card, advice=advice)
    for to in asked:
        await desk.messenger.ask_about_template(workspace_id, to, card)


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
    wish = ScriptWish(task=job.task, language=Language(job.language))
    for is_last in (False,) * (TRIES - 1) + (True,):
        try:
            written = await _ask(desk, workspace_id, wish)
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
                detail={"model": written.spending.model},
                session_id=job.session_id,
            )
        except ScriptRefusedError as refusal:
            if is_last:
                raise
            wish = replace(wish, problems=refusal.problems, earlier=written.recipe)
    raise ScriptUnwrittenError(Trouble.UNREADABLE)


async def _ask(desk: Desk, workspace_id: str, wish: ScriptWish) -> WrittenRecipe:
    """One question to the model within the day's budget; what it cost is kept, whatever comes of it."""
    writer = desk.script_writer
    if writer is None:
        raise ScriptUnwrittenError(Trouble.MISCONFIGURED)
    if not await has_money_left(desk.database, workspace_id, writer.cents_per_day, now=desk.clock.now()):
        raise ScriptUnwrittenError(Trouble.OVER_BUDGET)
    try:
        written = await writer.write(wish)
    except ScriptUnwrittenError as error:
        await _keep(desk, workspace_id, error.spending)
        raise
    await _keep(desk, workspace_id, written.spending)
    return written


async def _keep(desk: Desk, workspace_id: str, spending: Spending | None) -> None:
    if spending is not None and spending.requests and desk.script_writer is not None:
        async with desk.database.transaction(workspace_id) as tx:
            await tx.spendings.add(
                None, spending, analyst=f"{desk.script_writer.name} (script)", now=desk.clock.now()
            )
