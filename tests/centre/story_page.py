"""Stories told to the page's store on an invented network: how the server's ledger grew, and what the net did to it."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.backends.folders import temporary_folder
from tests.centre.node_page import DRIVER, FEED, NODE
from tests.realtime.reader import SAFETY, Picture

Json = dict[str, Any]
EMPTY: Json = {"cases": [], "nodes": [], "actions": [], "matters": [], "alarms": [], "presences": [], "orders": []}
CODES = (1000, 1001, 1006, 1011, 4008, 4012)


def rows_of(picture: Picture) -> Json:
    return {name: deepcopy(list(rows.values())) for name, rows in picture.as_shown().items()}


@dataclass
class Ledger:
    """One court's ledger as it grows by chance, with the picture each entry leads to; `Picture` is proved elsewhere."""

    chance: Random
    first: Json = field(default_factory=lambda: EMPTY)
    """What the page begins with: positions count from there."""
    written: list[Json] = field(default_factory=list)
    serial: int = 0
    epoch: int = 1

    @property
    def picture(self) -> Picture:
        rows = self.written[-1]["picture"] if self.written else self.first
        return Picture({**deepcopy(rows), "position": len(self.written)})

    def begin_here(self) -> None:
        self.first, self.written = rows_of(self.picture), []

    def write(self) -> Json:
        picture = self.picture
        entry = {"position": picture.position + 1, "at": "2026-11-22T02:00:00.000Z", **self._change(picture)}
        picture.apply(deepcopy(entry))
        self.written.append({"entry": entry, "picture": rows_of(picture)})
        return self.written[-1]

    def lose(self, count: int) -> int:
        """A restore: the last entries are gone, and the numbering begins another life."""
        self.epoch += 1
        del self.written[max(0, len(self.written) - count) :]
        return len(self.written)

    def _change(self, picture: Picture) -> Json:
        of_cases = (self._file, self._close, self._move, self._move, self._act, self._act, self._errand, self._say)
        changes = (*of_cases, self._alarm, self._stay, self._order)
        return self.chance.choice(changes)(picture)

    def _id(self, name: str) -> str:
        self.serial += 1
        return f"{name}-{self.serial}"

    def _file(self, _picture: Picture) -> Json:
        return {"case": {"id": self._id("case"), "status": "OPEN"}}

    def _close(self, picture: Picture) -> Json:
        one = self._any(picture.cases)
        return {"case": {"id": one, "status": self.chance.choice(("CLOSED", "CLOSED", "SUSPENDED"))}}

    def _move(self, picture: Picture) -> Json:
        case = self._any(picture.cases)
        nodes = [self._node(picture, case) for _ in range(self.chance.randint(1, 3))]
        with_case = {"case": {"id": case, "status": "OPEN"}} if self.chance.random() < 0.3 else {}
        return {"nodes": nodes, **with_case}

    def _node(self, picture: Picture, case: str) -> Json:
        known = [key for key, node in picture.nodes.items() if node["case"] == case]
        state = self.chance.choice(("NOT_STARTED", "RUNNING", "RUNNING", "DONE"))
        key = self.chance.choice([*known, self._id("node")])
        return {"id": key, "case": case, "state": state, "version": self.chance.random()}

    def _act(self, picture: Picture) -> Json:
        key = self.chance.choice([*picture.actions, self._id("act")])
        cases = sorted({self._any(picture.cases) for _ in range(self.chance.randint(0, 2))})
        matters = {"matters": [self._any_matter(picture)]} if self.chance.random() < 0.3 else {}
        return {"action": {"id": key, "cases": cases, "missing_count": self.chance.randint(0, 3), **matters}}

    def _errand(self, picture: Picture) -> Json:
        state = self.chance.choice(("DRAFT", "SENT", "IN_PROGRESS", "CONFIRMED"))
        return {"matter": {"id": self._any_matter(picture), "state": state}}

    def _alarm(self, picture: Picture) -> Json:
        stands = {"is_waiting": self.chance.random() < 0.5, "presence": "p"}
        ends = [stands, stands, {"is_waiting": False, "ended_at": "2026-11-22T02:00:00.000Z"}]
        return {"alarm": {"id": self._any_of(picture, "alarm"), **self.chance.choice(ends)}}

    def _stay(self, picture: Picture) -> Json:
        ends: list[Json] = [{"watch": "ON_TIME"}, {"watch": "OVERDUE"}, {"ended_at": "2026-11-22T02:00:00.000Z"}]
        return {"presence": {"id": self._any_of(picture, "presence"), **self.chance.choice(ends)}}

    def _order(self, picture: Picture) -> Json:
        state = self.chance.choice(("GIVEN", "ACCEPTED", "DECLINED", "DONE", "WITHDRAWN"))
        return {"order": {"id": self._any_of(picture, "order"), "state": state}}

    def _any_of(self, picture: Picture, name: str) -> str:
        return self.chance.choice([*picture.safety[SAFETY[name]], self._id(name)])

    def _say(self, _picture: Picture) -> Json:
        return {"kind": "noted"}

    def _any_matter(self, picture: Picture) -> str:
        return self.chance.choice([*picture.matters, self._id("matter")])

    def _any(self, rows: Json) -> str:
        """Now and then of one that nobody was told of, or that has left."""
        return self.chance.choice([*rows, f"case-{self.chance.randint(1, self.serial + 1)}"])


WEIGHTS = {
    "commit": 12,
    "deliver": 14,
    "drop": 4,
    "double": 3,
    "swap": 3,
    "beat": 3,
    "wait": 8,
    "cut": 2,
    "fail": 1,
    "restore": 0.5,
}


def story(seed: int, length: int) -> tuple[Json, Ledger]:
    """Steps for the page, and the ledger as it stands at their end."""
    ledger = Ledger(Random(seed))
    for _ in range(ledger.chance.randint(0, 8)):
        ledger.write()
    ledger.begin_here()
    first = ledger.first
    return {"first": first, "steps": [_step(ledger) for _ in range(length)]}, ledger


def _step(ledger: Ledger) -> Json:
    chance = ledger.chance
    (name,) = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
    arguments: dict[str, Callable[[], Any]] = {
        "commit": lambda: [ledger.write() for _ in range(chance.choice((1,) * 8 + (2, 3, 25)))],
        "restore": lambda: ledger.lose(chance.randint(0, 4)),
        "deliver": lambda: chance.choice((1, 1, 2, 10)),
        "wait": lambda: chance.choice((60, 60, 1_000, 10_000, 45_000)),
        "cut": lambda: chance.choice(CODES),
        "fail": lambda: chance.randint(1, 3),
    }
    return {name: arguments.get(name, lambda: None)()}


@dataclass
class Teller:
    process: subprocess.Popen[str]

    def tell(self, told: Json) -> Json:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answer: Json = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def teller(scripts: Path = FEED.parent) -> Iterator[Teller]:
    command: Sequence[Any] = [NODE, "--no-warnings", DRIVER.parent / "network.mjs", scripts]
    with (temporary_folder("node") / "stderr").open("w") as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, encoding="utf-8"
        )
        with process:
            try:
                yield Teller(process)
            finally:
                assert process.stdin
                process.stdin.close()
                process.wait(timeout=20)
