"""Counts again, from the officers' journals against what the API gives out, and believes neither SDK nor database."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2


@dataclass(slots=True)
class Tally:
    recorded: int = 0
    applied: int = 0
    photos_promised: int = 0
    photos_verified: int = 0
    watcher_entries: int = 0
    ledger_entries: int = 0
    lost: int = 0
    doubled: int = 0
    replay_differences: int = 0
    """Nodes that are not what operations, desks and ledger make them."""
    seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return (
            not self.lost
            and not self.doubled
            and not self.replay_differences
            and self.recorded > 0
            and self.photos_verified == self.photos_promised > 0
            and self.watcher_entries == self.ledger_entries > 0
        )

    def line(self) -> str:
        figures = asdict(self)
        del figures["troubles"]
        return json.dumps(figures)


def journal_lines(folder: Path) -> list[dict[str, Any]]:
    lines = []
    for path in sorted(folder.glob("*.jsonl")):
        lines += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return lines


def recount(tally: Tally, acts: list[dict[str, Any]], http: httpx2.Client) -> None:
    """Every journalled act must be there once, with every photo downloadable and identical to the bit."""
    tally.recorded = len(acts)
    for act in acts:
        _recount_act(tally, act, http)
    _recount_doubles(tally, acts, http)


def _recount_act(tally: Tally, act: dict[str, Any], http: httpx2.Client) -> None:
    tally.photos_promised += len(act["photos"])
    answer = http.get(f"/api/v1/actions/{act['action_id']}")
    if answer.status_code != 200:
        tally.lost += 1
        tally.troubles.append(f"act {act['action_id']}: {answer.status_code}")
        return
    shown = answer.json()
    tally.applied += shown["status"] == "applied"
    tally.doubled += len(shown["records"]) - 1
    files = [file for record in shown["records"] for file in record["evidence"]]
    for photo in act["photos"]:
        _recount_photo(tally, act["action_id"], photo, files, http)


def _recount_photo(
    tally: Tally, action_id: str, photo: dict[str, Any], files: list[dict[str, Any]], http: httpx2.Client
) -> None:
    states = [file["state"] for file in files if file["sha256"] == photo["sha256"]]
    fault = _fault_of_download(photo["sha256"], http)
    if states and set(states) == {"verified"} and not fault:
        tally.photos_verified += 1
    else:
        tally.lost += 1
        tally.troubles.append(f"photo {photo['sha256'][:12]} of {action_id}: {states} {fault}")


def _fault_of_download(sha256: str, http: httpx2.Client) -> str:
    """Empty where the server gives out these very bytes."""
    try:
        answer = http.get(f"/api/v1/evidence/{sha256}", timeout=10)
    except httpx2.TransportError as error:
        return f"not given out whole: {error}"
    if answer.status_code != 200:
        return f"answer {answer.status_code}"
    return "" if hashlib.sha256(answer.content).hexdigest() == sha256 else "other bytes"


def _recount_doubles(tally: Tally, acts: list[dict[str, Any]], http: httpx2.Client) -> None:
    """In the lists of the cases concerned each act stands once, and was recorded by one operation."""
    ours = {act["action_id"] for act in acts}
    for case_id in sorted({act["case_id"] for act in acts}):
        seen = Counter(row["id"] for row in listed(http, f"/api/v1/cases/{case_id}/actions"))
        extra = sum(count - 1 for action_id, count in seen.items() if action_id in ours)
        tally.doubled += extra
        if extra:
            tally.troubles.append(f"case {case_id} lists {extra} acts twice")


def listed(http: httpx2.Client, path: str) -> Iterable[dict[str, Any]]:
    """All rows of a list that pages by cursor."""
    cursor: str | None = None
    while True:
        page = http.get(path, params={"cursor": cursor} if cursor else {}).raise_for_status().json()
        yield from page["items"]
        cursor = page["next"]
        if not cursor:
            return
