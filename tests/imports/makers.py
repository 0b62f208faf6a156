"""Records and files to import."""

import json
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
SERVICENOW_MAP = Path(__file__).parents[2] / "docs" / "maps" / "servicenow.toml"
SERVICENOW_HEADER = (
    "number,incident_state,opened_at,resolved_at,category,subcategory,u_symptom,assigned_to,resolved_by"
)


def a_record(**changes: object) -> dict[str, object]:
    """A valid session record; a field changed to None is left out."""
    record: dict[str, object] = {
        "external_id": "T-1042",
        "problem": "VPN drops every ten minutes",
        "problem_domain": "networking",
        "status": "resolved",
        "engineer": "U024BE7LH",
        "ticket": "1042",
        "rating": 4,
        "confidence_tier": "discovery",
        "created_at": "2026-11-02T09:14:00+00:00",
        "resolved_at": "2026-11-02T09:51:00+00:00",
        "paused_minutes": 0,
        "steps": [a_step()],
        "resolution": "Lowered the MTU to 1350 on the gateway profile.",
        **changes,
    }
    return {name: value for name, value in record.items() if value is not None}


def a_step(**changes: object) -> dict[str, object]:
    step: dict[str, object] = {
        "kind": "question",
        "prompt": "Is split tunnelling on?",
        "options": ["Yes", "No"],
        "choice": "No",
        "answer_text": "no, full tunnel",
        "help": "Network settings, VPN, Advanced",
        "at": "2026-11-02T09:18:00+00:00",
        **changes,
    }
    return {name: value for name, value in step.items() if value is not None}


def a_file(folder: Path, *records: object, name: str = "sessions.jsonl") -> Path:
    """A file with one record a line; a record that is text stands there as it is."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return written(folder, name, "".join(f"{line}\n" for line in lines))


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
