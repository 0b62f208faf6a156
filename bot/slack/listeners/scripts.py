"""Somebody asks for a script, fills it in, confirms one, or makes one a template."""

from __future__ import annotations

from bot.domain.errors import FlowPilotError, NotFoundError
from bot.domain.jobs import WriteScript
from bot.domain.script_errors import InvalidValuesError, ScriptRefusedError, TemplateWithdrawnError
from bot.domain.script_parameters import read_parameters
from bot.domain.scripts import Language, Origin, Recipe, RecipeChoice, TemplateStatus
from bot.services.jobs import leave_job
from bot.services.script_templates import decide_template, propose_template
from bot.services.scripts import (
    add_draft,
    advise_on,
    confirm_script,
    generate_script,
    get_choice,
    list_choices,
)
from bot.services.step_scripts import add_to_step
from bot.slack.deps import Ack, SlackDeps
from bot.slack.ids import Field, RecipePlace
from bot.slack.modals import Opening, show_modal
from bot.slack.mrkdwn import plain
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.scripts import (
    ChoiceSubmitted,
    GenerateClick,
    RecipeClick,
    ScriptClick,
    TypedSubmitted,
    ValuesSubmitted,
)
from bot.slack.views.blocks import Json
from bot.slack.views.notices import notice_modal
from bot.slack.views.scripts import (
    BY_HAND,
    BY_MODEL,
    TITLE,
    choose_modal,
    fill_modal,
    generated_words,
    type_modal,
)
from bot.slack.views.workbench import workbench_modal

ERROR_CHARACTERS = 2000
ADVICE_SECONDS = 1.5
"""For a program outside: half of the time in which Slack wants a form answered."""
ADDED = "The script stands in its step. Look at it, then publish."


async def handle_script_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _ask(command, None, deps)


async def handle_generate_clicked(click: GenerateClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _ask(click, click.session_id, deps)


async def _ask(opening: Opening, session_id: int | None, deps: SlackDeps) -> None:
    async def make() -> Json:
        await deps.people.recognise(opening.by)
        choices = await list_choices(deps.database, opening.by.workspace_id)
        return choose_modal(choices, session_id=session_id, writes=deps.writes_scripts)

    await show_modal(opening, TITLE, make, deps)


async def handle_fill_clicked(click: RecipeClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(click.by)
        language = Language(click.place.language)
        choice = await get_choice(deps.database, click.by.workspace_id, click.place.key, language, by=member)
        return await _form(choice, click.place, deps)

    await show_modal(click, TITLE, make, deps)


async def handle_choice_submitted(submitted: ChoiceSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """The second step: the parameters of the template, a form to write in, or the task goes to the model."""
    place = RecipePlace(submitted.template, submitted.language.value, submitted.session_id)
    if submitted.template == BY_HAND:
        await ack(response_action="update", view=type_modal(place))
    elif submitted.template == BY_MODEL:
        await _have_it_written(submitted, ack, deps)
    else:
        await _show_parameters(submitted, place, ack, deps)


async def _show_parameters(submitted: ChoiceSubmitted, place: RecipePlace, ack: Ack, deps: SlackDeps) -> None:
    member = await deps.people.recognise(submitted.by)
    language = submitted.language
    try:
        choice = await get_choice(deps.database, submitted.by.workspace_id, place.key, language, by=member)
    except (NotFoundError, TemplateWithdrawnError) as error:
        none = f"There is no such template in {language.words}."
        said = str(error) if isinstance(error, TemplateWithdrawnError) else none
        await ack(response_action="errors", errors={Field.TEMPLATE.value: said})
    else:
        await ack(response_action="update", view=await _form(choice, place, deps))


async def _form(choice: RecipeChoice, place: RecipePlace, deps: SlackDeps) -> Json:
    """To be filled in; with advice about what did not come with FlowPilot."""
    adviser = None if choice.origin is Origin.BUILT_IN else deps.script_adviser
    advice = await advise_on(adviser, choice.recipe, choice.effect, seconds=ADVICE_SECONDS)
    return fill_modal(choice, place, advice)


async def _have_it_written(submitted: ChoiceSubmitted, ack: Ack, deps: SlackDeps) -> None:
    if not submitted.task.strip():
        await ack(response_action="errors", errors={Field.TASK.value: "Say what the script should do."})
        return
    await deps.people.recognise(submitted.by)
    job = WriteScript(
        key=submitted.view_id,
        user=submitted.by.id,
        task=submitted.task,
        language=submitted.language.value,
        session_id=submitted.session_id,
    )
    await leave_job(deps.database, submitted.by.workspace_id, job)
    words = "It is being written and checked. It comes to your messages with FlowPilot."
    await ack(response_action="update", view=notice_modal(TITLE, words))


async def handle_typed_submitted(submitted: TypedSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """Check what was written; then it is filled in like any other."""
    member = await deps.people.recognise(submitted.by)
    language = Language(submitted.place.language)
    block = Field.PARAMETERS
    try:
        parameters = read_parameters(submitted.parameters)
        block = Field.SCRIPT
        recipe = Recipe(
            language=language,
            title=submitted.title.strip(),
            explanation=submitted.explanation.strip(),
            body=submitted.body.replace("\r\n", "\n"),
            parameters=parameters,
        )
        choice = await add_draft(
            deps.database,
            submitted.by.workspace_id,
            recipe,
            origin=Origin.TYPED,
            by=member,
            now=deps.clock.now(),
            session_id=submitted.place.session_id,
        )
    except ScriptRefusedError as refusal:
        words = plain(" ".join(map(str, refusal.problems)), ERROR_CHARACTERS)
        await ack(response_action="errors", errors={block.value: words})
        return
    place = RecipePlace(choice.key, language.value, submitted.place.session_id)
    await ack(response_action="update", view=await _form(choice, place, deps))


async def handle_values_submitted(submitted: ValuesSubmitted, ack: Ack, deps: SlackDeps) -> None:
    workspace_id, place = submitted.by.workspace_id, submitted.place
    member = await deps.people.recognise(submitted.by)
    try:
        choice = await get_choice(deps.database, workspace_id, place.key, Language(place.language), by=member)
        script = await generate_script(
            deps.database,
            workspace_id,
            choice,
            submitted.values,
            by=member,
            now=deps.clock.now(),
            session_id=place.session_id,
        )
    except InvalidValuesError as error:
        errors = {f"{Field.PARAMETER}{name}": said for name, said in error.problems.items()}
        await ack(response_action="errors", errors=errors)
    except FlowPilotError as error:
        await ack(response_action="update", view=notice_modal(TITLE, str(error)))
    else:
        await ack(response_action="update", view=notice_modal(TITLE, generated_words(script)))


async def handle_confirm_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    member = await deps.people.recognise(click.by)
    await confirm_script(deps.database, click.by.workspace_id, click.id, by=member, now=deps.clock.now())


async def handle_save_template_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    member = await deps.people.recognise(click.by)
    await propose_template(deps.database, click.by.workspace_id, click.id, by=member, now=deps.clock.now())


async def handle_approve_template_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide(click, TemplateStatus.APPROVED, deps)


async def handle_decline_template_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide(click, TemplateStatus.DECLINED, deps)


async def handle_withdraw_template_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    await ack()
    await _decide(click, TemplateStatus.WITHDRAWN, deps)


async def handle_add_to_step_clicked(click: ScriptClick, ack: Ack, deps: SlackDeps) -> None:
    """The editor of the flow, in whose draft the step has the template; publishing it is the reviewer's."""
    await ack()

    async def make() -> Json:
        member, now = await deps.people.recognise(click.by), deps.clock.now()
        bench = await add_to_step(deps.database, click.by.workspace_id, click.id, by=member, now=now)
        return workbench_modal(bench, now=now, notice=ADDED if bench.is_mine else "")

    await show_modal(click, "Edit flow", make, deps)


async def _decide(click: ScriptClick, to: TemplateStatus, deps: SlackDeps) -> None:
    member = await deps.people.recognise(click.by)
    await decide_template(deps.database, click.by.workspace_id, click.id, to, by=member, now=deps.clock.now())
