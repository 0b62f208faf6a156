"""Scripts: chosen or written, checked, filled in, confirmed by a second person where they destroy, and shown.

Nothing here runs a script. Every generation, refusal, confirmation and decision is in the audit log with the hash, in
the same commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.ai.redaction import findings, redact
from bot.domain.errors import NotFoundError
from bot.domain.jobs import ShowScript
from bot.domain.members import Member
from bot.domain.ports import ScriptAdviser
from bot.domain.redactions import Redactable
from bot.domain.script_errors import (
    AlreadyConfirmedError,
    InvalidValuesError,
    NobodyToConfirmError,
    SamePersonError,
    ScriptRefusedError,
    TemplateWithdrawnError,
)
from bot.domain.script_parameters import check_values
from bot.domain.script_text import script_text, specimen
from bot.domain.scripts import (
    NOWHERE,
    Advice,
    Checked,
    Effect,
    Language,
    NewScript,
    Origin,
    Place,
    Recipe,
    RecipeChoice,
    Script,
    ScriptProblem,
    ScriptStatus,
    ScriptTemplate,
    TemplateStatus,
    Values,
)
from bot.scripting.built_in import built_in_recipes, effect_of_built_in
from bot.scripting.checking import check
from bot.services.script_templates import record_template
from storage.database import Database
from storage.transaction import Transaction

MAX_CHOICES = 80
"""Templates of the workspace that are offered in one language."""
BUILT_IN, OWN = "b", "w"
SECRETS = frozenset({Redactable.PASSWORD, Redactable.ACCESS_TOKEN, Redactable.PRIVATE_KEY})


async def list_choices(database: Database, workspace_id: str) -> list[RecipeChoice]:
    """Built-in recipes first, then what reviewers of the workspace approved."""
    found = await asyncio.to_thread(_all_built_in)
    async with database.transaction(workspace_id) as tx:
        for language in Language:
            found += map(_own, await tx.script_templates.approved(language, MAX_CHOICES // len(Language)))
    return found


async def get_choice(
    database: Database, workspace_id: str, key: str, language: Language | None, *, by: Member
) -> RecipeChoice:
    """The recipe of that key; a built-in one in that language.

    Raises:
        NotFoundError: there is none, or it is somebody else's draft.
        TemplateWithdrawnError: reviewers have taken it back.
    """
    kind, _, name = key.partition(":")
    if kind == BUILT_IN:
        if language is None or (name, language) not in built_in_recipes():
            raise NotFoundError("script template", name)
        return _built_in(name, language)
    async with database.transaction(workspace_id) as tx:
        template = await tx.script_templates.get(int(name))
    if template.status is TemplateStatus.WITHDRAWN:
        raise TemplateWithdrawnError(template.recipe.title)
    if not template.is_for(by.id):
        raise NotFoundError("script template", name)
    return _own(template)


def _all_built_in() -> list[RecipeChoice]:
    """At the first call each of them is read and checked."""
    return [_built_in(name, language) for name, language in built_in_recipes()]


def built_in_key(name: str) -> str:
    """By which the built-in template of that name is chosen."""
    return f"{BUILT_IN}:{name}"


def _built_in(name: str, language: Language) -> RecipeChoice:
    recipe = built_in_recipes()[name, language]
    return RecipeChoice(
        key=built_in_key(name),
        recipe=recipe,
        origin=Origin.BUILT_IN,
        effect=effect_of_built_in(name, language),
    )


def own_key(template: ScriptTemplate) -> str:
    """By which a template of the workspace is chosen."""
    return f"{OWN}:{template.id}"


def _own(template: ScriptTemplate) -> RecipeChoice:
    is_approved = template.status is TemplateStatus.APPROVED
    return RecipeChoice(
        key=own_key(template),
        recipe=template.recipe,
        origin=Origin.WORKSPACE if is_approved else template.origin,
        effect=template.effect,
        template_id=template.id,
    )


async def generate_script(
    database: Database,
    workspace_id: str,
    choice: RecipeChoice,
    entered: Values,
    *,
    by: Member,
    now: datetime,
    session_id: int | None = None,
) -> Script:
    """Fill the recipe in. A harmless script is sent, a destructive one waits for a second person.

    Raises:
        ScriptRefusedError: the recipe does not stand the check (again); it is on record.
        InvalidValuesError: a value does not fit, or is a secret.
        NobodyToConfirmError: it is destructive, and there is no channel to ask in.
    """
    checked = await _checked(database, workspace_id, choice.recipe, by=by, now=now)
    values = check_values(choice.recipe.parameters, entered)
    _require_no_secrets(values)
    text = script_text(choice.recipe, checked.effect, values)
    async with database.transaction(workspace_id) as tx:
        place = await _place(tx, session_id)
        if checked.effect is Effect.DESTRUCTIVE and await _asking_channel(tx, place) is None:
            raise NobodyToConfirmError
        script = await tx.scripts.add(_filled_in(choice, checked, text, values, place, by=by, now=now))
        await _record_script(tx, "script.generate", script, by=by, now=now)
        await tx.jobs.enqueue(ShowScript(script.id))
        return script


def _filled_in(
    choice: RecipeChoice,
    checked: Checked,
    text: str,
    values: Values,
    place: Place,
    *,
    by: Member,
    now: datetime,
) -> NewScript:
    recipe = choice.recipe
    return NewScript(
        language=recipe.language,
        title=recipe.title,
        explanation=recipe.explanation,
        text=text,
        effect=checked.effect,
        origin=choice.origin,
        values=values,
        commands=checked.commands,
        template_id=choice.template_id,
        place=place,
        status=ScriptStatus.WAITING if checked.effect is Effect.DESTRUCTIVE else ScriptStatus.SHOWN,
        created_by=by.id,
        created_at=now,
    )


async def confirm_script(
    database: Database, workspace_id: str, script_id: int, *, by: Member, now: datetime
) -> Script:
    """Let a destructive script be shown, as its second person.

    Raises:
        SamePersonError: it is the one who asked for it.
        AlreadyConfirmedError: somebody was faster.
    """
    async with database.transaction(workspace_id) as tx:
        if not await tx.scripts.confirm(script_id, by=by.id, now=now):
            script = await tx.scripts.get(script_id)
            if script.created_by == by.id:
                raise SamePersonError
            names = await tx.members.names({script.confirmed_by or ""})
            raise AlreadyConfirmedError(names.get(script.confirmed_by or "", "Somebody"))
        script = await tx.scripts.get(script_id)
        await _record_script(tx, "script.confirm", script, by=by, now=now)
        await tx.jobs.enqueue(ShowScript(script.id))
        return script


async def add_draft(
    database: Database,
    workspace_id: str,
    recipe: Recipe,
    *,
    origin: Origin,
    by: Member,
    now: datetime,
    detail: Mapping[str, object] | None = None,
    session_id: int | None = None,
) -> RecipeChoice:
    """Keep what somebody wrote, or had written, if it stands the check; with the step that the session is at.

    Raises:
        ScriptRefusedError: why it does not; it is on record.
    """
    checked = await _checked(database, workspace_id, recipe, by=by, now=now, detail=detail)
    async with database.transaction(workspace_id) as tx:
        step = await tx.threads.find_place(session_id) if session_id is not None else None
        draft = await tx.script_templates.add(
            recipe, effect=checked.effect, origin=origin, by=by.id, now=now, step=step
        )
        await record_template(tx, "script.draft", draft, by=by, now=now, detail=detail)
    return _own(draft)


async def advise_on(
    adviser: ScriptAdviser | None, recipe: Recipe, effect: Effect, *, seconds: float
) -> tuple[Advice, ...]:
    """What other programs find in the recipe, by the lines of its body; what stands before that is ours."""
    if adviser is None:
        return ()
    text, before = specimen(recipe, effect)
    found = await adviser.advise(recipe.language, text, seconds=seconds)
    return tuple(replace(each, line=each.line - before) for each in found if each.line > before)


async def asking_channel(database: Database, workspace_id: str, place: Place) -> str | None:
    """Where a second person is asked."""
    async with database.transaction(workspace_id) as tx:
        return await _asking_channel(tx, place)


async def _asking_channel(tx: Transaction, place: Place) -> str | None:
    return place.channel or (await tx.workspaces.get()).settings.review_channel


async def _place(tx: Transaction, session_id: int | None) -> Place:
    if session_id is None:
        return NOWHERE
    session = await tx.sessions.get(session_id)
    return Place(session_id=session_id, channel=session.channel, thread_ts=session.thread_ts)


async def _checked(
    database: Database,
    workspace_id: str,
    recipe: Recipe,
    *,
    by: Member,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> Checked:
    try:
        checked = await asyncio.to_thread(check, recipe)
        _require_no_secret_text(recipe)
    except ScriptRefusedError as refusal:
        reasons = [redact(str(problem)).text for problem in refusal.problems]
        said = {"title": redact(recipe.title).text, "hash": recipe.hash, "reasons": reasons, **(detail or {})}
        async with database.transaction(workspace_id) as tx:
            await tx.audit.record(by.id, "script.refuse", "script", recipe.hash, said, now)
        raise
    return checked


def _require_no_secret_text(recipe: Recipe) -> None:
    """A secret is asked for when the script runs; in its text it would be kept, sent and read."""
    texts = [recipe.title, recipe.explanation, *recipe.body.split("\n")]
    texts += [each.default or "" for each in recipe.parameters]
    for number, text in enumerate(texts):
        if _holds_secret(text):
            line = max(1, number - 1)
            sentence = "This looks like a password or a key: make a secret parameter of it."
            raise ScriptRefusedError((ScriptProblem(line, sentence),))


def _require_no_secrets(entered: Values) -> None:
    said = "This looks like a password or a key. Make a secret parameter of it: it is asked for when the script runs."
    if problems := {name: said for name, value in entered.items() if _holds_secret(value)}:
        raise InvalidValuesError(problems)


def _holds_secret(text: str) -> bool:
    found = findings([text])[text]
    return any(each.kind in SECRETS and "$" not in text[each.start : each.end] for each in found)


async def _record_script(tx: Transaction, action: str, script: Script, *, by: Member, now: datetime) -> None:
    detail = {
        "title": script.title,
        "language": script.language.value,
        "effect": script.effect.value,
        "origin": script.origin.value,
        "hash": script.hash,
        "session": script.place.session_id,
    }
    await tx.audit.record(by.id, action, "script", script.id, detail, now)
