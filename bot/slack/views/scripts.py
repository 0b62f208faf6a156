"""Scripts: the forms by which they are asked for, the question to a second person, and the words above the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from bot.domain.script_parameters import MAX_INTEGER, OFF, ON
from bot.domain.scripts import (
    EFFECT_IN_WORDS,
    MAX_EXPLANATION,
    MAX_TASK,
    MAX_TITLE,
    MAX_VALUE,
    ORIGIN_IN_WORDS,
    Advice,
    Effect,
    Language,
    Parameter,
    ParameterKind,
    RecipeChoice,
    Script,
    ScriptCard,
    ScriptStatus,
    ScriptTemplate,
    TemplateStatus,
)
from bot.domain.words import counted, file_stem, listed
from bot.slack.ids import Action, Callback, Field, RecipePlace
from bot.slack.mrkdwn import bold, escape, inline, plain
from bot.slack.views import samples_scripts as samples
from bot.slack.views.blocks import (
    OPTION,
    Json,
    actions,
    button,
    choice_input,
    context,
    input_of,
    message,
    modal,
    section,
    text_input,
)

TITLE = "Generate Script"
BY_MODEL, BY_HAND = "write:model", "write:hand"
SHOWN_COMMANDS = 8
SHOWN_ADVICE, ADVICE_CHARACTERS = 5, 300
QUOTE = "'"
"""In place of a backtick, which would end the code in a sentence."""
HASH_CHARACTERS = 16
NEVER_RUN = "FlowPilot never runs it. Read it before you do."
MAX_FILE_STEM = 50


def script_filename(script: Script) -> str:
    """For example `restart-a-service-12.ps1`."""
    name = file_stem(script.title, MAX_FILE_STEM) or "script"
    return f"{name}-{script.id}.{script.language.suffix}"


def choose_modal(choices: Sequence[RecipeChoice], *, session_id: int | None, writes: bool) -> Json:
    """Which language, which template. With `writes` a model may be asked."""
    versions = Counter(each.key for each in choices)
    templates = {each.key: _offered(each, in_one=versions[each.key] == 1) for each in choices}
    if writes:
        templates[BY_MODEL] = "None of these: have a model write it"
    templates[BY_HAND] = "None of these: write it myself"
    return modal(
        TITLE,
        [
            section(f"A checked script from a template. {NEVER_RUN}"),
            choice_input(
                Field.LANGUAGE,
                "Language",
                {each.value: each.words for each in Language},
                Language.POWERSHELL.value,
            ),
            choice_input(Field.TEMPLATE, "Template", templates),
            text_input(
                Field.TASK,
                "What should it do?",
                multiline=True,
                limit=MAX_TASK,
                hint="Only when a model writes it. No passwords.",
                optional=True,
            ),
        ],
        submit="Next",
        callback=Callback.SCRIPT_CHOOSE.value,
        metadata=str(session_id or ""),
    )


def fill_modal(choice: RecipeChoice, place: RecipePlace, advice: Sequence[Advice] = ()) -> Json:
    """What the recipe does, what other programs say of its statements, and a field for each parameter."""
    recipe = choice.recipe
    secrets = [each.label for each in recipe.parameters if each.kind is ParameterKind.SECRET]
    return modal(
        TITLE,
        [
            section(f"{bold(recipe.title)}\n{escape(recipe.explanation)}"),
            context(f"{EFFECT_IN_WORDS[choice.effect]} From {ORIGIN_IN_WORDS[choice.origin]}."),
            *advice_blocks(advice),
            *(_parameter_input(each) for each in recipe.asked),
            *([context(f"Asked for when it runs: {inline(', '.join(secrets))}")] if secrets else []),
        ],
        submit="Generate",
        callback=Callback.SCRIPT_FILL.value,
        metadata=str(place),
    )


def type_modal(place: RecipePlace) -> Json:
    """A script of one's own."""
    is_bash = place.language == Language.BASH
    example = '"$TARGET_HOST"' if is_bash else "$TargetHost"
    rules = (
        'Whatever changes something stands behind the word run: run rm -- "$FOLDER"'
        if is_bash
        else "Whatever changes something stands in if (Confirm-Change 'target' 'action') { … }"
    )
    return modal(
        "Write a Script",
        [
            text_input(Field.TITLE, "Title", limit=MAX_TITLE),
            text_input(Field.SUMMARY, "What it does", multiline=True, limit=MAX_EXPLANATION),
            text_input(
                Field.PARAMETERS,
                "Parameters",
                multiline=True,
                hint="One a line, as in target_host: hostname: Which host? Kinds: "
                + ", ".join(ParameterKind),
                optional=True,
            ),
            text_input(
                Field.SCRIPT,
                "Statements",
                multiline=True,
                hint=f"target_host is {example}. {rules}",
            ),
        ],
        submit="Check",
        callback=Callback.SCRIPT_TYPE.value,
        metadata=str(place),
    )


def generate_button(session_id: int | None, words: str = "Generate Script") -> Json:
    """Opens the form, for a session if there is one."""
    return button(words, Action.SCRIPT_GENERATE, str(session_id or 0))


def confirmation_message(card: ScriptCard) -> Json:
    """The question to a second person; once that is answered, by whom."""
    script = card.script
    summary = f"{inline(card.asked_by)} asks for a destructive script: {bold(script.title)} ({script.language.words})."
    if script.status is ScriptStatus.SHOWN:
        done = f"{summary} Confirmed by {inline(card.confirmed_by or '')}."
        return message(done, [section(done), context(_hash(script))])
    return message(
        f"{summary} Somebody else has to confirm it.",
        [
            section(f"{summary}\n{escape(script.explanation)}"),
            section("*What it takes away or changes*\n" + "\n".join(_command_lines(script))),
            *([section("*With*\n" + "\n".join(_value_lines(script)))] if script.values else []),
            *advice_blocks(card.advice),
            context(f"{_hash(script)} · {inline(ORIGIN_IN_WORDS[script.origin])}"),
            actions(
                [
                    button(
                        "Confirm",
                        Action.SCRIPT_CONFIRM,
                        str(script.id),
                        primary=True,
                        label=f"Confirm: {script.title}",
                        confirm=("Hand this script out?", "It is shown in full. You are on record for it."),
                    )
                ]
            ),
            context("Only somebody who did not ask for it can confirm. Until then the file is not shown."),
        ],
    )


def script_message(card: ScriptCard) -> Json:
    """What stands above the file."""
    script = card.script
    said = f"{bold(script.title)} as {inline(script_filename(script))}. {EFFECT_IN_WORDS[script.effect]}"
    confirmed = f" Confirmed by {inline(card.confirmed_by)}." if card.confirmed_by else ""
    another = generate_button(script.place.session_id, "Another Script")
    save = button("Save as Template", Action.SCRIPT_SAVE_TEMPLATE, str(script.template_id or 0))
    return message(
        said + confirmed,
        [
            section(f"{said}{confirmed}\n{escape(script.explanation)}"),
            *([section("\n".join(_value_lines(script)))] if script.values else []),
            *advice_blocks(card.advice),
            context(f"{_how_to(script)} {NEVER_RUN}"),
            context(f"{_hash(script)} · from {ORIGIN_IN_WORDS[script.origin]}"),
            actions([*([save] if card.template_status is TemplateStatus.DRAFT else []), another]),
        ],
    )


def draft_message(template: ScriptTemplate, *, session_id: int | None) -> Json:
    """Tells the author that a model has written something."""
    recipe = template.recipe
    place = RecipePlace(f"w:{template.id}", recipe.language.value, session_id)
    said = f"A script is written: {bold(recipe.title)} ({recipe.language.words})."
    return message(
        said,
        [
            section(f"{said}\n{escape(recipe.explanation)}"),
            context(f"{EFFECT_IN_WORDS[template.effect]} A model wrote it, and models make mistakes."),
            actions([button("Fill In", Action.SCRIPT_FILL, str(place), primary=True)]),
        ],
    )


def generated_words(script: Script) -> str:
    """What the form says after a script was asked for."""
    if script.status is ScriptStatus.WAITING:
        return "This script is destructive: a colleague is asked to confirm it. The file comes after that."
    where = "the thread" if script.place.channel else "your messages with FlowPilot"
    return f"The file comes to {where}."


def advice_blocks(advice: Sequence[Advice]) -> Iterator[Json]:
    """The first findings of the programs outside, by line, as advice."""
    if not advice:
        return
    programs = listed(sorted({each.by for each in advice}))
    lines = [
        f"• Line {each.line}: {inline(plain(each.sentence, ADVICE_CHARACTERS))}"
        for each in advice[:SHOWN_ADVICE]
    ]
    more = len(advice) - SHOWN_ADVICE
    rest = [f"… and {counted(more, 'more finding')}"] if more > 0 else []
    yield section("\n".join([f"*{escape(programs)} advises*", *lines, *rest]))


def _offered(choice: RecipeChoice, *, in_one: bool) -> str:
    """The title, and behind it the language where there is no other to choose."""
    language = f" ({choice.recipe.language.words})" if in_one else ""
    return plain(choice.recipe.title, OPTION - len(language)) + language


def _parameter_input(parameter: Parameter) -> Json:
    block, label, initial = f"{Field.PARAMETER}{parameter.name}", parameter.label, parameter.default
    match parameter.kind:
        case ParameterKind.CHOICE:
            return choice_input(block, label, {each: each for each in parameter.choices}, initial)
        case ParameterKind.SWITCH:
            return choice_input(block, label, {ON: "On", OFF: "Off"}, initial or OFF)
        case ParameterKind.INTEGER:
            element: Json = {
                "type": "number_input",
                "is_decimal_allowed": False,
                "min_value": "0",
                "max_value": str(MAX_INTEGER),
            }
            return input_of(block, label, {**element, "initial_value": initial} if initial else element)
    return text_input(block, label, initial or "", limit=MAX_VALUE)


def _command_lines(script: Script) -> Iterator[str]:
    found = sorted(
        (each for each in script.commands if each.effect is not Effect.READ_ONLY and not _asks(each.text)),
        key=lambda each: (-each.effect.rank, each.line),
    )
    for each in found[:SHOWN_COMMANDS]:
        yield f"• {each.effect.replace('_', '-')}: `{inline(each.text).replace('`', QUOTE)}`"
    if len(found) > SHOWN_COMMANDS:
        yield f"… and {counted(len(found) - SHOWN_COMMANDS, 'more command')}"


def _asks(command: str) -> bool:
    """The guard changes nothing itself."""
    return command.lower().startswith("confirm-change ")


def _value_lines(script: Script) -> list[str]:
    return [
        f"• {inline(name.replace('_', ' '))}: {inline(plain(value, 200))}"
        for name, value in script.values.items()
    ]


def _how_to(script: Script) -> str:
    if script.effect is Effect.READ_ONLY:
        return "Run it as it is."
    option = "-Apply" if script.language is Language.POWERSHELL else "--apply"
    return f"As it is it only says what it would do; `{option}` makes it do that."


def _hash(script: Script) -> str:
    return short_hash(script.hash)


def short_hash(fingerprint: str) -> str:
    """The beginning of a hash, for people to compare."""
    return f"SHA-256 {fingerprint[:HASH_CHARACTERS]}…"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "choose": partial(choose_modal, samples.CHOICES, session_id=None, writes=True),
    "choose, without a model": partial(choose_modal, samples.CHOICES, session_id=7, writes=False),
    "fill in": partial(fill_modal, samples.CHOICES[0], RecipePlace("b:service-restart", "powershell")),
    "fill in, with advice": partial(
        fill_modal, samples.CHOICES[1], RecipePlace("w:12", "powershell"), samples.ADVICE
    ),
    "script, with advice": partial(script_message, samples.ADVISED),
    "write, bash": partial(type_modal, RecipePlace("", "bash")),
    "write, PowerShell": partial(type_modal, RecipePlace("", "powershell", 7)),
    "script": partial(script_message, samples.CARD),
    "destructive, waiting": partial(confirmation_message, samples.WAITING),
    "destructive, confirmed": partial(confirmation_message, samples.CONFIRMED),
    "script of a draft": partial(script_message, samples.CONFIRMED),
    "draft": partial(draft_message, samples.TEMPLATE, session_id=7),
}
