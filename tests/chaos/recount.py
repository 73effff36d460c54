"""What there is in the end, counted from the officers' journals against what the court's API gives out."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.chaos.officer import Journal

APPLIED = "applied"


@dataclass
class Tally:
    acts: int = 0
    photos: int = 0
    photo_bytes: int = 0
    untold: int = 0
    """Acts that stand, though their officer was killed before he could note them."""
    lost: int = 0
    doubled: int = 0
    unverified: int = 0
    invented: int = 0
    """Acts that stand though the device said they were not recorded, or that nobody meant to record."""
    troubles: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.acts > 0 and not (self.lost or self.doubled or self.unverified or self.invented)

    def trouble(self, kind: str, what: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.troubles.append(f"{kind}: {what}")


def recount(tally: Tally, journal: Path, cases: Iterable[str], court: httpx2.Client) -> None:
    """One officer's."""
    lines = Journal(journal).lines()
    recorded = {line["action"]: line for line in lines if "recorded" in line}
    if not any("done" in line for line in lines):
        tally.trouble("lost", f"the officer of {journal.name} never finished")
    held = {id_ for line in lines if "done" in line for id_ in line["done"]}
    standing = Counter(row["id"] for case_id in cases for row in listed(court, f"/api/v1/cases/{case_id}/actions"))
    for id_ in recorded.keys() | held | standing.keys():
        if standing[id_] == 0:
            tally.trouble("lost", f"act {id_} of {journal.name}")
        elif standing[id_] > 1:
            tally.trouble("doubled", f"act {id_} stands {standing[id_]} times")
        else:
            _recount_act(tally, id_, recorded.get(id_), lines, court)


def _recount_act(
    tally: Tally, id_: str, told: dict[str, Any] | None, lines: list[dict[str, Any]], court: httpx2.Client
) -> None:
    shown = court.get(f"/api/v1/actions/{id_}").raise_for_status().json()
    files = [file for record in shown["records"] for file in record["evidence"]]
    tally.acts += 1
    tally.untold += told is None
    if len(shown["records"]) != 1:
        tally.trouble("doubled", f"act {id_} has {len(shown['records'])} records")
    if shown["status"] != APPLIED:
        tally.trouble("lost", f"act {id_} is {shown['status']}")
    photos = sorted(file["sha256"] for file in files)
    if photos != sorted(told["photos"]) if told else not _was_meant(photos, lines):
        tally.trouble("invented", f"act {id_} has other photos than were taken")
    for file in files:
        _recount_photo(tally, file, court)


def _was_meant(photos: list[str], lines: list[dict[str, Any]]) -> bool:
    """By an intent of which the journal says no more: neither that it was recorded nor that there was no room."""
    ended = {line[name] for line in lines for name in ("recorded", "refused") if name in line}
    return any(sorted(line["photos"]) == photos for line in lines if "intent" in line and line["intent"] not in ended)


def _recount_photo(tally: Tally, file: dict[str, Any], court: httpx2.Client) -> None:
    answer = court.get(f"/api/v1/evidence/{file['sha256']}")
    is_same = answer.status_code == 200 and hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    tally.photos += 1
    tally.photo_bytes += len(answer.content) if is_same else 0
    if file["state"] != "verified" or not is_same:
        tally.trouble("unverified", f"{file['sha256'][:12]} is {file['state']}, answered {answer.status_code}")


def listed(court: httpx2.Client, path: str) -> Iterable[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = court.get(path, params={"cursor": cursor} if cursor else {}).raise_for_status().json()
        yield from page["items"]
        if not (cursor := page["next"]):
            return
