"""Import incidents as ServiceNow exports them, and compare every figure of their dashboards with a count of its own.

incidents_check.py INCIDENTS.csv[.gz] [--moments 2016-05-20T15:40+00:00 …]

The count reads the file by itself and knows nothing of the program (tests/independent_figures.py). Each moment is looked
back from 7, 30 and 90 days, before and after roll-ups.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.dashboard_document import dashboard_document
from bot.domain.windows import PERIODS, window_ending
from bot.domain.workspaces import Workspace
from bot.offline import SystemClock
from bot.services.import_maps import read_map
from bot.services.import_sources import FileFormat, open_source
from bot.services.imports import Rejected, adding_to, import_sessions
from bot.services.rollups import renew_rollups
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.schema import upgrade
from tests.independent_figures import differences

MAP = Path(__file__).parents[1] / "docs" / "maps" / "servicenow.toml"
TENANT, ZONE = "TINCIDENTS", ZoneInfo("Europe/Berlin")
EXPORTED_IN = ZoneInfo("Europe/Lisbon")
DOMAINS = {"Network": "networking"} | {
    name: name.lower() for name in ("Hardware", "Email", "Printing", "Security", "Cloud")
}
MOMENTS = ("2016-04-02T07:10+00:00", "2016-05-20T15:40+00:00", "2016-08-01T00:00+02:00")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("incidents", type=Path)
    parser.add_argument("--moments", nargs="+", default=MOMENTS, help="when the dashboards are looked at")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="flowpilot-incidents-", ignore_cleanup_errors=True)
        server = stack.enter_context(EmbeddedServer.start(Path(stack.enter_context(folder))))
        found = asyncio.run(_compare(server.url, arguments.incidents, arguments.moments))
    print(f"figures that differ from the count: {found} (goal 0)")
    sys.exit(bool(found))


async def _compare(url: str, path: Path, moments: list[str]) -> int:
    await upgrade(url)
    records, found = _records(path), 0
    async with Database.open(url) as database:
        await _import(database, path)
        for moment in map(datetime.fromisoformat, moments):
            for rolled in (False, True):
                if rolled:
                    await renew_rollups(database, TENANT, now=moment, worth_it=0)
                for days in PERIODS:
                    async with database.snapshot(TENANT) as tx:
                        dashboard = await tx.dashboards.dashboard(window_ending(moment, days, ZONE))
                    document = dashboard_document(dashboard)
                    lines = differences(document, records, now=moment, days=days, zone=ZONE.key)
                    found += len(lines)
                    _say(document, moment, lines, rolled=rolled)
    return found


def _say(document: dict[str, Any], moment: datetime, lines: list[str], *, rolled: bool) -> None:
    mttr = document["mttr"]
    print(
        f"{moment:%Y-%m-%d %H:%M} {document['period']:>3} {'rolled up' if rolled else 'sessions':>9}:"
        f" {document['total_sessions']:6,} created, {mttr['n']:6,} resolved, median {mttr['median'] or 0:9.1f} min,"
        f" p90 {mttr['p90'] or 0:10.1f} min, {len(lines)} differences"
    )
    for line in lines[:20]:
        print(f"    {line}")


async def _import(database: Database, path: Path) -> None:
    now = SystemClock().now()
    async with database.all_workspaces() as door:
        await door.add(Workspace(id=TENANT, name="Incidents", created_at=now))
    refused = list[Rejected]()
    with open_source(path, file_format=FileFormat.CSV, column_map=read_map(MAP)) as source:
        report = await import_sessions(
            source,
            add=adding_to(database, TENANT, now=now),
            now=now,
            on_rejected=refused.append,
            on_progress=lambda _read, _total: None,
        )
    print(f"{report.added:,} imported, {report.known:,} known, {report.rejected:,} refused")
    for each in refused[:5]:
        print(f"    line {each.line}: {each.reason}")


def _records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file:
        return [
            {
                "created_at": _moment(row["opened_at"]),
                "resolved_at": _moment(row["resolved_at"]),
                "status": {"Closed": "resolved", "Resolved": "resolved", "Canceled": "abandoned"}.get(
                    row["incident_state"], "active"
                ),
                "problem_domain": DOMAINS.get(row["category"], "other"),
                "confidence_tier": None,
                "rating": None,
                "ticket": row["number"],
                "steps": 0,
                "paused_seconds": 0,
            }
            for row in csv.DictReader(file)
        ]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=EXPORTED_IN) if text else None


if __name__ == "__main__":
    main()
