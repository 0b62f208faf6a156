"""An admin looks at the settings of the workspace, and changes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.domain.members import require_admin
from bot.domain.setting_changes import InvalidSettingsError, SettingsEntered
from bot.domain.workspaces import WorkspaceSettings
from bot.services.workspace_settings import DEED, change_settings, read_settings_for
from bot.slack.channels import find_trouble
from bot.slack.deps import Ack, SlackDeps
from bot.slack.modals import show_modal
from bot.slack.payloads.conversation import CommandTyped
from bot.slack.payloads.envelopes import Person
from bot.slack.payloads.settings import SettingsSubmitted
from bot.slack.views.blocks import Json
from bot.slack.views.settings import settings_modal


async def handle_settings_asked(command: CommandTyped, ack: Ack, deps: SlackDeps) -> None:
    await ack()

    async def make() -> Json:
        member = await deps.people.recognise(command.by)
        return settings_modal(await read_settings_for(deps.database, command.by.workspace_id, member))

    await show_modal(command, "Settings", make, deps)


async def handle_settings_submitted(submitted: SettingsSubmitted, ack: Ack, deps: SlackDeps) -> None:
    """Set what was entered, or show beside each field what is wrong with it."""
    workspace_id, entered = submitted.by.workspace_id, submitted.entered
    member = await deps.people.recognise(submitted.by)
    require_admin(member, DEED)
    try:
        before = await read_settings_for(deps.database, workspace_id, member)
        entered.applied_to(before.settings)
        known = {reviewer.id for reviewer in before.reviewers}
        troubles, names = await asyncio.gather(
            _channel_troubles(deps, submitted.by, entered, before.settings),
            _names(deps, workspace_id, set(entered.reviewers) - known),
        )
        if troubles:
            raise InvalidSettingsError(troubles)  # noqa: TRY301  (every way to be wrong ends below)
        await change_settings(
            deps.database,
            workspace_id,
            entered,
            seen=submitted.seen,
            names=names,
            always=deps.people.admin_ids,
            by=member,
            now=deps.clock.now(),
        )
    except InvalidSettingsError as error:
        await ack(response_action="errors", errors=error.problems)
    else:
        await ack()


async def _channel_troubles(
    deps: SlackDeps, by: Person, entered: SettingsEntered, before: WorkspaceSettings
) -> dict[str, str]:
    """What keeps FlowPilot from posting in the channels that are new, by their field."""
    changed = {
        name: channel
        for name in ("review_channel", "digest_channel")
        if (channel := getattr(entered, name)) and channel != getattr(before, name)
    }
    channels = list(dict.fromkeys(changed.values()))
    found = await asyncio.gather(
        *(find_trouble(deps.api, by.workspace_id, channel, by.id) for channel in channels)
    )
    trouble_of = dict(zip(channels, found, strict=True))
    return {name: trouble for name, channel in changed.items() if (trouble := trouble_of[channel])}


async def _names(deps: SlackDeps, workspace_id: str, user_ids: set[str]) -> Mapping[str, str]:
    people = [Person(workspace_id=workspace_id, id=user_id) for user_id in sorted(user_ids)]
    names = await asyncio.gather(*(deps.people.name_of(person) for person in people))
    return {person.id: name for person, name in zip(people, names, strict=True)}
