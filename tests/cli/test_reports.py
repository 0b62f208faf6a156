"""The dashboard and the digest, in words, as a document, and drawn."""

import asyncio
import struct
from pathlib import Path

from tests.cli.conftest import FIRST
from tests.cli.processes import FlowPilot

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIZE_AT = 16


def png_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    content = path.read_bytes()
    assert content.startswith(SIGNATURE)
    width, height = struct.unpack_from(">II", content, SIZE_AT)
    return width, height


async def test_dashboard_is_told_printed_and_drawn(with_flows: FlowPilot, home: Path) -> None:
    picture, part = home / "stats.png", home / "time.png"
    refused, words, gaps, document = await asyncio.gather(
        with_flows("stats", "--chart", "time"),
        with_flows("stats", "--chart", "time", "--png", str(part)),
        with_flows("gaps", "--json"),
        with_flows("stats", "--period", "90d", "--json", "--png", str(picture)),
    )
    assert refused.code == 2
    assert "--png" in refused.err
    assert words.out.startswith("Last 30 days: ")
    assert "*" not in words.out
    assert png_size(part) == (1600, 760)
    assert (gaps.document["period"], gaps.err) == ("30d", "")
    figures = document.document
    assert (figures["period"], figures["domain"]) == ("90d", None)
    assert 0 < figures["total_sessions"] <= FIRST
    assert figures["knowledge_coverage"]["total_flows"] > 0
    assert figures["analysis_costs"]["requests"] == 0
    assert png_size(picture) == (1600, 1000)
    assert document.err.startswith(f"Drew {picture}: ")


async def test_digest_is_shown_without_being_posted(with_flows: FlowPilot) -> None:
    words, document = await asyncio.gather(
        with_flows("digest", "--dry-run"), with_flows("digest", "--dry-run", "--json")
    )
    assert (words.code, words.err) == (0, "")
    assert words.out.startswith("FlowPilot week ")
    assert "Review queue" in words.out
    assert "in detail" in words.out
    assert document.document.keys() == {"due_on", "dashboard", "gaps"}
    assert document.document["dashboard"]["period"] == "7d"
