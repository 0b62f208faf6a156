"""Files for the program to read."""

import json
from collections.abc import Iterable
from pathlib import Path


def write_lines(path: Path, records: Iterable[object]) -> Path:
    """One JSON document a line; text stands as it is."""
    lines = (record if isinstance(record, str) else json.dumps(record) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
