"""What there is in the end, asked of both courts and compared with what was meant to be: believes neither of them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.exchange.courts import CourtServer
from tests.exchange.play import Town, other, text_of
from tests.exchange.story import Side, Step, Story

SIDES: tuple[Side, Side] = ("asking", "doing")
FIRST_TOLD = "approve"
"""With this move the other court hears of it."""


@dataclass
class Tally:
    matters: int = 0
    """That go from draft to confirmed; those that end otherwise are `ended_otherwise`."""
    confirmed: int = 0
    ended_otherwise: Counter[str] = field(default_factory=Counter)
    acted_twice: int = 0
    lost: int = 0
    photos_promised: int = 0
    photos_verified: int = 0
    ledgers_agree: bool = False
    troubles: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        is_all = 0 < self.matters == self.confirmed and 0 < self.photos_promised == self.photos_verified
        return is_all and self.ledgers_agree and not (self.acted_twice or self.lost or self.troubles)

    def compare(self, where: str, wanted: Iterable[Any], found: Iterable[Any]) -> None:
        """What is there more often than it was meant, and what is not there."""
        meant, there = Counter(wanted), Counter(found)
        for what, count in (there - meant).items():
            self.acted_twice += count
            self.troubles.append(f"{where}: {what} {there[what]} times, meant {meant[what]}")
        for what, count in (meant - there).items():
            self.lost += count
            self.troubles.append(f"{where}: {what} {there[what]} times, meant {meant[what]}")


def recount(tally: Tally, town: Town, stories: list[Story]) -> None:
    entries = {side: _entries(town, side) for side in SIDES}
    agree = [_recount_one(tally, town, story, entries) for story in stories]
    tally.ledgers_agree = bool(agree) and all(agree)


def count_messages(tally: Tally, servers: Mapping[Side, CourtServer]) -> int:
    """The outbox of each side against the inbox of the other, row by row, past all of their code."""
    told = 0
    for side in SIDES:
        here, there = servers[side], servers[other(side)]
        columns = "matter_id, number, m.hash, m.state FROM {0} m JOIN exchange_thread t ON t.id = m.thread_id"
        said = here.rows(f"SELECT {columns.format('exchange_outmessage')}")
        heard = there.rows(f"SELECT {columns.format('exchange_inmessage')}")
        told += len(said)
        where = f"messages of the {side} court"
        tally.compare(where, (row[:3] for row in said), (row[:3] for row in heard))
        tally.compare(
            f"{where}, in effect", (row[:3] for row in said), (row[:3] for row in heard if row[3] == "APPLIED")
        )
        tally.troubles += [f"{where}: {row} is not delivered" for row in said if row[3] != "DELIVERED"]
    return told


def _recount_one(
    tally: Tally, town: Town, story: Story, entries: Mapping[Side, Mapping[str, list[dict[str, Any]]]]
) -> bool:
    """Whether both ledgers tell the same of it, in the same order."""
    if story.ends == "CONFIRMED":
        tally.matters += 1
    seen = {side: town.desk(side).read(f"/api/v1/matters/{story.id}") for side in SIDES}
    states = [detail["state"] if detail else "unknown" for detail in seen.values()]
    if states == [story.ends] * 2 and story.is_over:
        tally.confirmed += story.ends == "CONFIRMED"
        tally.ended_otherwise.update([story.ends] if story.ends != "CONFIRMED" else [])
    else:
        tally.troubles.append(f"{story.kind} {story.number} is {states}, meant {story.ends}")
    for side, detail in seen.items():
        _recount_detail(tally, f"{side} court, {story.kind} {story.number}", story, detail or {})
    _recount_photos(tally, town, story)
    told = [_since_told([_word(each) for each in entries[side].get(story.id, [])]) for side in SIDES]
    for side, words in zip(SIDES, told, strict=True):
        tally.compare(f"ledger of the {side} court, {story.kind} {story.number}", _meant(story), words)
    moves = [[word for word in words if word.startswith("moved ")] for words in told]
    if moves[0] != moves[1]:
        tally.troubles.append(f"{story.kind} {story.number}: the ledgers tell of other moves: {moves}")
    return moves[0] == moves[1]


def _recount_detail(tally: Tally, where: str, story: Story, detail: Mapping[str, Any]) -> None:
    moves = [f"moved {each['move']}" for each in detail.get("moves", [])]
    tally.compare(f"{where}, moves", [f"moved {move}" for move in _moves(story)], _since_told(moves))
    said = {"talks": "talk", "results": "result"}
    for member, does in said.items():
        texts = [each.get("text") for each in detail.get(member, [])]
        tally.compare(f"{where}, {member}", [text_of(story, each) for each in _steps(story, does)], texts)
    papers = [(each["slot"], each["title"]) for each in detail.get("papers", [])]
    tally.compare(f"{where}, papers", story.papers, papers)
    receipts = [each["title"] for each in detail.get("result_papers", [])]
    tally.compare(f"{where}, result papers", [f"{each.what} 1" for each in _steps(story, "result_paper")], receipts)


def _recount_photos(tally: Tally, town: Town, story: Story) -> None:
    """Every photograph as the device took it, read again from the court that asked, byte for byte."""
    taken = town.device.photos.get(story.id, [])
    tally.photos_promised += len(taken)
    if len(taken) != story.photos * (len(_steps(story, "act")) > 0):
        tally.troubles.append(f"{story.kind} {story.number}: {len(taken)} photographs were taken")
    for content in taken:
        sha256 = hashlib.sha256(content).hexdigest()
        answer = town.desk("asking").fetch(f"/api/v1/exchange/matters/{story.id}/files/{sha256}")
        if answer.status_code == 200 and hashlib.sha256(answer.content).hexdigest() == sha256:
            tally.photos_verified += 1
        else:
            tally.troubles.append(f"{story.kind} {story.number}: photograph {sha256[:12]}: {answer.status_code}")


def _entries(town: Town, side: Side) -> dict[str, list[dict[str, Any]]]:
    """By matter, all that the court's ledger tells of it, in order."""
    court, after = town.courts[side], 0
    found = dict[str, list[dict[str, Any]]]()
    while (page := town.desk(side).read(f"/api/v1/live/{court}", after=after))["to"] > after:
        after = page["to"]
        for entry in page["entries"]:
            if entry["kind"] in ("matter_moved", "matter_result", "matter_talked"):
                found.setdefault(entry["matter"]["id"], []).append(entry)
    return found


def _since_told(words: list[str]) -> list[str]:
    first = f"moved {FIRST_TOLD}"
    return words[words.index(first) :] if first in words else words


def _word(entry: Mapping[str, Any]) -> str:
    return f"moved {entry['move']}" if entry["kind"] == "matter_moved" else str(entry["kind"])


def _meant(story: Story) -> list[str]:
    counts = {"matter_result": _steps(story, "result"), "matter_talked": _steps(story, "talk")}
    return [*(f"moved {move}" for move in _moves(story)), *(kind for kind, each in counts.items() for _ in each)]


def _moves(story: Story) -> list[str]:
    moves = [step.what for step in _steps(story, "move")]
    return moves[moves.index(FIRST_TOLD) :]


def _steps(story: Story, does: str) -> list[Step]:
    return [step for step in story.steps if step.does == does]
