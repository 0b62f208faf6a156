"""Scripts that the views' examples show."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.scripts import (
    Advice,
    Effect,
    FoundCommand,
    Language,
    Origin,
    Parameter,
    ParameterKind,
    Place,
    Recipe,
    RecipeChoice,
    Script,
    ScriptCard,
    ScriptStatus,
    ScriptTemplate,
    TemplateStatus,
)
from bot.domain.step_scripts import TemplateCard, TemplateName, WrittenAt
from bot.domain.trees import Node, NodeKind, Option
from bot.slack.views.samples import ADA, BEN, NOW

RECIPE = Recipe(
    language=Language.POWERSHELL,
    title="Restart a service",
    explanation="Shows the service, restarts it, and shows it again.",
    body="if (Confirm-Change $Service 'restart') {\n    Restart-Service -Name $Service\n}",
    parameters=(
        Parameter(name="service", kind=ParameterKind.STRING, label="Name of the service", default="Spooler"),
        Parameter(name="level", kind=ParameterKind.CHOICE, label="Level", choices=("error", "warning")),
        Parameter(name="wait", kind=ParameterKind.SWITCH, label="Wait for it?"),
        Parameter(name="minutes", kind=ParameterKind.INTEGER, label="Minutes", default="5"),
        Parameter(name="password", kind=ParameterKind.SECRET, label="Password of the service"),
    ),
)
TEMPLATE = ScriptTemplate(
    id=12,
    recipe=RECIPE,
    effect=Effect.CHANGES,
    origin=Origin.MODEL,
    status=TemplateStatus.DRAFT,
    created_by=BEN.id,
    created_at=NOW,
)
_APPROVED = replace(TEMPLATE, status=TemplateStatus.APPROVED, decided_by=ADA.id, decided_at=NOW)
_DO = Node(kind=NodeKind.ACTION, text="Restart the <spooler>", options=(Option("o1", "Done", "n3"),))
_STEP = WrittenAt(flow_id=3, version=4, title="Printer *offline*", node=_DO)
_QUESTION = replace(_STEP, node=replace(_DO, kind=NodeKind.QUESTION, text="Is the <queue> empty?"))
PROPOSED = TemplateCard(template=replace(TEMPLATE, status=TemplateStatus.PROPOSED), by=BEN.name)
PROPOSED_AT_STEP = replace(PROPOSED, written_at=_STEP)
APPROVED = TemplateCard(template=_APPROVED, by=ADA.name)
APPROVED_AT_STEP = replace(APPROVED, written_at=_STEP)
PART_OF_STEP = replace(
    APPROVED,
    written_at=replace(_STEP, version=5, node=replace(_DO, script=str(TemplateName.of(RECIPE)))),
)
APPROVED_AT_QUESTION = replace(APPROVED, written_at=_QUESTION)
WITHDRAWN = replace(APPROVED, template=replace(_APPROVED, status=TemplateStatus.WITHDRAWN))
CHOICES = (
    RecipeChoice(key="b:service-restart", recipe=RECIPE, origin=Origin.BUILT_IN, effect=Effect.CHANGES),
    RecipeChoice(key="w:12", recipe=RECIPE, origin=Origin.WORKSPACE, effect=Effect.CHANGES, template_id=12),
    RecipeChoice(
        key="b:service-restart",
        recipe=replace(RECIPE, language=Language.BASH),
        origin=Origin.BUILT_IN,
        effect=Effect.CHANGES,
    ),
)
SCRIPT = Script(
    id=5,
    language=Language.POWERSHELL,
    title=RECIPE.title,
    explanation=RECIPE.explanation,
    text="# Restart a service\n",
    effect=Effect.CHANGES,
    origin=Origin.BUILT_IN,
    values={"service": "Spooler & <Co>"},
    commands=(FoundCommand(2, "Restart-Service -Name $Service", Effect.CHANGES),),
    created_by=BEN.id,
    created_at=NOW,
)
CARD = ScriptCard(script=SCRIPT, asked_by=BEN.name)
ADVICE = tuple(
    Advice("PowerShell", line, "Missing closing <brace> in *statement* block.") for line in range(2, 9)
)
ADVISED = replace(CARD, advice=ADVICE[:1])
WAITING = ScriptCard(
    script=replace(
        SCRIPT,
        title="Disable an account",
        effect=Effect.DESTRUCTIVE,
        status=ScriptStatus.WAITING,
        commands=(FoundCommand(3, "Disable-ADAccount -Identity $Account", Effect.DESTRUCTIVE),),
        template_id=12,
        origin=Origin.MODEL,
        place=Place(session_id=7, channel="C0SUPPORT1", thread_ts="1795340000.000200"),
    ),
    asked_by=BEN.name,
    ask_in="C0SUPPORT1",
)
CONFIRMED = replace(
    WAITING,
    script=replace(WAITING.script, status=ScriptStatus.SHOWN, confirmed_by=ADA.id, confirmed_at=NOW),
    confirmed_by=ADA.name,
    template_status=TemplateStatus.DRAFT,
)
