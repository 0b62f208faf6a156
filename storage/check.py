"""`python -m storage.check`: exit 1 when the tables in the code and the migrations do not lead to the same schema."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.embedded import EmbeddedServer
from storage.schema import differences, upgrade


async def differences_of_new_database(url: str) -> list[str]:
    """What a database that only the migrations made lacks, compared with the code."""
    await upgrade(url)
    return await differences(url)


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="flowpilot-check-") as folder,
        EmbeddedServer.start(Path(folder), durable=False) as server,
    ):
        found = asyncio.run(differences_of_new_database(server.url))
    sys.stdout.write(
        "".join(f"{difference}\n" for difference in found) or "The migrations match the tables.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
