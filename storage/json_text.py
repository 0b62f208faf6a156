"""JSON that PostgreSQL can hold: it knows neither the character NUL nor half a surrogate pair."""

from __future__ import annotations

import json
import re
from typing import Any

SUSPECT = re.compile(r"\\u(0000|d[89a-f])")


def as_json(value: Any) -> str:
    """The value as JSON text; characters that cannot be stored are left out."""
    written = json.dumps(value)
    return json.dumps(_storable(value)) if SUSPECT.search(written) else written


def _storable(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode(errors="ignore").decode()
        case dict():
            return {_storable(key): _storable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_storable(inner) for inner in value]
        case _:
            return value
