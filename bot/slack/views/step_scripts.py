"""Templates before the reviewers, and scripts as part of a flow's steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.scripts import EFFECT_IN_WORDS, MAX_BODY, TemplateStatus
from bot.domain.step_scripts import StepScript, TemplateCard, TemplateName, WrittenAt
from bot.domain.trees import NodeKind
from bot.domain.validation import named
from bot.domain.words import counted
from bot.slack.ids import Action, RecipePlace, SessionTurn, VersionedId
from bot.slack.mrkdwn import bold, escape, inline, plain
from bot.slack.views import samples_scripts as samples
from bot.slack.views.blocks import Json, actions, button, context, message, modal, section
from bot.slack.views.scripts import advice_blocks, short_hash

SHOWN_CODE = 2600
TITLE_CHARACTERS = 120
QUOTE = "'"
"""In place of a backtick, which would end the code in a sentence."""
WITHDRAW = (
    "Withdraw this template?",
    "It is offered to nobody any more. Steps that have it stay, and say that it was withdrawn.",
)
KIND_WORDS = {
    NodeKind.QUESTION: "a question",
    NodeKind.RESOLUTION: "a fix",
    NodeKind.ESCALATION: "a hand-over",
}


def template_message(card: TemplateCard) -> Json:
    """The question to the reviewers, with the whole body; once that is answered, how, and what can be done with it."""
    template = card.template
    recipe = template.recipe
    title = f"{bold(recipe.title)} ({recipe.language.words})"
    at = card.written_at
    if template.status is TemplateStatus.APPROVED:
        done = f"The script template {title} is approved, by {inline(card.by)}."
        return message(done, [section(done), context(_where_it_can_go(card)), actions(_after(card))])
    if template.status is not TemplateStatus.PROPOSED:
        done = f"The script template {title} is {template.status}, by {inline(card.by)}."
        return message(done, [section(done)])
    said = f"{inline(card.by)} proposes a script template for everybody: {title}."
    return message(
        said,
        [
            section(f"{said}\n{escape(recipe.explanation)}"),
            *code_sections(recipe.body),
            *advice_blocks(card.advice),
            *([context(_written(at))] if at else []),
            context(f"{EFFECT_IN_WORDS[template.effect]} {short_hash(recipe.hash)}"),
            actions(
                [
                    button("Approve", Action.SCRIPT_APPROVE_TEMPLATE, str(template.id), primary=True),
                    button("Decline", Action.SCRIPT_DECLINE_TEMPLATE, str(template.id)),
                ]
            ),
        ],
    )


def _where_it_can_go(card: TemplateCard) -> str:
    """The button does it where the script was written at something to do; else these words say how."""
    at = card.written_at
    if at and at.has(card.template.recipe):
        return f"It is part of {_step(at)}."
    if at and at.takes_scripts:
        return f"{_written(at)} Add to Step opens the flow with it in that step, for you to publish."
    name = inline(str(TemplateName.of(card.template.recipe))).replace("`", QUOTE)
    where = f"{_written(at)} " if at else ""
    return f"{where}To make it part of a step, edit the flow: a step that is something to do takes `{name}` for its script."


def _written(at: WrittenAt) -> str:
    kind = "" if at.takes_scripts else f", {KIND_WORDS[at.node.kind]}"
    return f"Written at {_step(at)}{kind}."


def _step(at: WrittenAt) -> str:
    node = inline(plain(named("", at.node), TITLE_CHARACTERS))
    return f"{node} in {bold(plain(at.title, TITLE_CHARACTERS))}"


def _after(card: TemplateCard) -> list[Json]:
    template_id, title, at = str(card.template.id), card.template.recipe.title, card.written_at
    withdraw = button(
        "Withdraw", Action.SCRIPT_WITHDRAW_TEMPLATE, template_id, confirm=WITHDRAW, label=f"Withdraw: {title}"
    )
    if at is None:
        return [withdraw]
    if at.takes_scripts and not at.has(card.template.recipe):
        add = button(
            "Add to Step", Action.SCRIPT_ADD_TO_STEP, template_id, primary=True, label=f"Add to Step: {title}"
        )
        return [add, withdraw]
    view = button("View Flow", Action.FLOW_VIEW, str(VersionedId(at.flow_id, at.version)))
    return [view, withdraw]


def step_script(script: StepScript, at: SessionTurn) -> Json:
    """What stands below a step that has a script: the way to it."""
    if script.name is None:
        words = "This step has a script. FlowPilot has not checked it: read it before you run it."
        return section(words, button("Show Script", Action.SESSION_SCRIPT, str(at)))
    named_so = f"Script: {bold(script.name.title)} ({script.name.language.words})"
    if script.key is None:
        why = "reviewers have withdrawn it" if script.is_withdrawn else "no template here has that name"
        return context(f"{named_so}: {why}.")
    place = RecipePlace(script.key, script.name.language.value, at.session_id)
    label = f"Generate Script: {script.name.title}"
    return section(named_so, button("Generate Script", Action.SCRIPT_FILL, str(place), label=label))


def heard_script(script: StepScript | None) -> str:
    """The same for those who hear the step."""
    if script is None:
        return ""
    return f" Script: {inline(script.name.title)}." if script.name else " It has a script."


def script_modal(text: str | None) -> Json:
    """Statements that a step has. What is longer than any script of ours is cut, and says so."""
    shown = (text or "").strip()
    if not shown:
        return modal(
            "Script", [section("There is no script to show: the step was answered meanwhile, or has none.")]
        )
    more = len(shown) - MAX_BODY
    rest = [context(f"… {counted(more, 'more character')}: they are in the flow's file.")] if more > 0 else []
    unchecked = context("It came with the flow. FlowPilot has not checked it, and never runs it.")
    return modal("Script", [*code_sections(shown[:MAX_BODY]), *rest, unchecked])


def code_sections(text: str) -> Iterator[Json]:
    """The text as code, in pieces that a section holds."""
    piece = ""
    for line in escape(text.replace("```", "'''")).split("\n"):
        if piece and len(piece) + len(line) > SHOWN_CODE:
            yield section(f"```\n{piece}```")
            piece = ""
        piece += f"{line[:SHOWN_CODE]}\n"
    yield section(f"```\n{piece}```")


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "template proposed": partial(template_message, samples.PROPOSED),
    "template approved": partial(template_message, samples.APPROVED),
    "template of a step, proposed": partial(template_message, samples.PROPOSED_AT_STEP),
    "template of a step, approved": partial(template_message, samples.APPROVED_AT_STEP),
    "template that is part of its step": partial(template_message, samples.PART_OF_STEP),
    "template of a question, approved": partial(template_message, samples.APPROVED_AT_QUESTION),
    "template withdrawn": partial(template_message, samples.WITHDRAWN),
    "statements of a step": partial(script_modal, "ipconfig /flushdns\nWrite-Output '<done>'"),
    "no statements any more": partial(script_modal, None),
}
