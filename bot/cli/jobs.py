"""Jobs that failed for good, for an operator to look at and to retry."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.terminal import JsonOption, print_json, print_rows, say, with_database
from bot.domain.jobs import FailedJob
from bot.domain.words import counted
from bot.services.failures import failed_jobs, retry_analyses, retry_job
from storage.database import Database

jobs = typer.Typer(help="Jobs that failed for good.", no_args_is_help=True)


def add_to(cli: typer.Typer) -> None:
    cli.add_typer(jobs, name="jobs")


@jobs.command("failed")
def failed(*, json: JsonOption = False) -> None:
    """List jobs that used up their attempts."""
    found = with_database(failed_jobs)
    if json:
        print_json({"jobs": [_document(job) for job in found]})
    else:
        print_rows(
            ("id", "workspace", "job", "attempts", "error"),
            [(job.id, job.workspace_id, job.job, job.attempts, job.error) for job in found],
        )


@jobs.command("retry")
def retry(
    ids: Annotated[
        list[int] | None, typer.Argument(help="Numbers of failed jobs; none: all of them.")
    ] = None,
) -> None:
    """Put failed jobs, and with no number also failed analyses, back in line."""

    async def work(database: Database) -> tuple[int, int]:
        chosen = ids or [job.id for job in await failed_jobs(database)]
        for job_id in chosen:
            await retry_job(database, job_id)
        return len(chosen), 0 if ids else await retry_analyses(database)

    again, analyses = with_database(work)
    say(f"Back in line: {counted(again, 'job')} and {counted(analyses, 'analysis', 'analyses')}.")


def _document(job: FailedJob) -> dict[str, object]:
    return {
        "id": job.id,
        "workspace": job.workspace_id,
        "job": job.job,
        "attempts": job.attempts,
        "error": job.error,
    }
