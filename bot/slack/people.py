"""Who acts: names from Slack, roles from the workspace's members."""

from __future__ import annotations

import asyncio

from bot.domain.members import Member
from bot.services.members import recognise
from bot.slack.api import SlackApi
from bot.slack.errors import UNSPOKEN
from bot.slack.pace import Recent
from bot.slack.payloads.envelopes import Person
from storage.database import Database

NAME_SECONDS = 1.0
"""How long a name is waited for: some of those who ask have three seconds in all."""


class People:
    """Recognises whoever acts."""

    def __init__(self, api: SlackApi, database: Database, *, admin_ids: frozenset[str]) -> None:
        """`admin_ids` are reviewers from the settings, whatever the database says."""
        self._api = api
        self._database = database
        self.admin_ids = admin_ids
        self._names: Recent[str] = Recent()

    async def recognise(self, person: Person) -> Member:
        """The member, made known at the first contact."""
        name = await self.name_of(person)
        return await recognise(self._database, person.workspace_id, person.id, name, admin_ids=self.admin_ids)

    async def name_of(self, person: Person) -> str:
        """The full name as Slack knows it; the handle or the id when Slack does not say in time."""
        key = f"{person.workspace_id}:{person.id}"
        if (known := self._names.get(key)) is not None:
            return known
        try:
            async with asyncio.timeout(NAME_SECONDS):
                answer = await self._api.call(person.workspace_id, "users.info", user=person.id)
        except (TimeoutError, *UNSPOKEN):
            return person.name or person.id
        user = answer["user"]
        profile = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or person.name
        self._names.put(key, name or person.id)
        return name or person.id
