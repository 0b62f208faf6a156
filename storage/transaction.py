"""What a transaction in one workspace can reach: one store a noun."""

from __future__ import annotations

from functools import cached_property

from storage.audit import Audit
from storage.batches import Batches
from storage.captures import Captures
from storage.dashboards import Dashboards
from storage.digests import Digests
from storage.drafts import Drafts
from storage.events import Events
from storage.flows import Flows
from storage.forgetting import Forgetting
from storage.gaps import Gaps
from storage.homes import Homes
from storage.installations import Installations
from storage.jobs import Jobs
from storage.members import Members
from storage.proposals import Proposals
from storage.review_queue import ReviewQueue
from storage.rollups import Rollups
from storage.scripts import Scripts, ScriptTemplates
from storage.sessions import Sessions
from storage.spending import Spendings
from storage.statements import Statements
from storage.threads import Threads
from storage.tokens import Tokens
from storage.utterances import Utterances
from storage.workspaces import Workspaces


class Transaction:
    """The rows of `workspace_id`, as one consistent change."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements

    @property
    def workspace_id(self) -> str:
        return self.statements.workspace_id

    @cached_property
    def workspaces(self) -> Workspaces:
        return Workspaces(self.statements)

    @cached_property
    def forgetting(self) -> Forgetting:
        return Forgetting(self.statements)

    @cached_property
    def members(self) -> Members:
        return Members(self.statements)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.statements)

    @cached_property
    def threads(self) -> Threads:
        return Threads(self.statements)

    @cached_property
    def captures(self) -> Captures:
        return Captures(self.statements)

    @cached_property
    def flows(self) -> Flows:
        return Flows(self.statements)

    @cached_property
    def proposals(self) -> Proposals:
        return Proposals(self.statements)

    @cached_property
    def review_queue(self) -> ReviewQueue:
        return ReviewQueue(self.statements)

    @cached_property
    def homes(self) -> Homes:
        return Homes(self.statements)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.statements)

    @cached_property
    def scripts(self) -> Scripts:
        return Scripts(self.statements)

    @cached_property
    def script_templates(self) -> ScriptTemplates:
        return ScriptTemplates(self.statements)

    @cached_property
    def dashboards(self) -> Dashboards:
        return Dashboards(self.statements)

    @cached_property
    def gaps(self) -> Gaps:
        return Gaps(self.statements)

    @cached_property
    def rollups(self) -> Rollups:
        return Rollups(self.statements)

    @cached_property
    def digests(self) -> Digests:
        return Digests(self.statements)

    @cached_property
    def spendings(self) -> Spendings:
        return Spendings(self.statements)

    @cached_property
    def batches(self) -> Batches:
        return Batches(self.statements)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.statements)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.statements)

    @cached_property
    def utterances(self) -> Utterances:
        return Utterances(self.statements)

    @cached_property
    def events(self) -> Events:
        return Events(self.statements)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.statements)

    @cached_property
    def installations(self) -> Installations:
        return Installations(self.statements)
