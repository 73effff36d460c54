"""The vectors as tests read them."""

import base64
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

FOLDER = Path(__file__).parent / "vectors"
LOGS = ("reference", "log_ed25519", "log_es256", "log_second_key")


def vectors(name: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return members


def joined(row: dict[str, Any]) -> bytes:
    """A body's bytes."""
    return b"".join(base64.b64decode(part) * times for part, times in row["parts"])


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For generated cases on a machine that has other work to do."""
