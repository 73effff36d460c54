"""One simulated officer: a process of its own that uses only the SDK, over HTTP, and keeps a plain journal.

The journal is a file of JSON lines, one per act, written when `record_action` has returned: what the officer
believes. The recount compares it with what the server can show.
"""

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from client_sdk import Case, FieldClient, NotSent
from demo.acting import PHONE_NAME, SHANGHAI, do, scene_of
from demo.city import PLACES
from demo.pictures import real_photos

KINDS = ("SERVE", "SITE_SURVEY", "LOCATE", "SEAL", "SEIZE", "FREEZE_COUNTER", "INTERVIEW", "POST_NOTICE")
SYNC_ATTEMPTS = 30
ANSWERS = {"GIVEN": ("ACCEPT", ""), "ACCEPTED": ("ARRIVE", ""), "ARRIVED": ("FINISH", "已到场核实")}
"""By the state of an order: what an officer says next."""


class Officer:
    def __init__(self, field: FieldClient, journal: Path, chance: random.Random) -> None:
        self.field = field
        self.journal = journal
        self.chance = chance

    def round(self, acts: int) -> None:
        """Arrive with papers, say that one is there, lose the network, record, come back, sync."""
        self.sync()
        self.answer_orders()
        self.check_in()
        cases = [case for case in self.field.cases() if case.status == "OPEN"]
        for _ in range(acts if cases else 0):
            self.record(self.chance.choice(cases))
        self.sync()

    def answer_orders(self) -> None:
        """One step each time: on the way, arrived, done."""
        for order in self.field.safety().orders:
            word, note = ANSWERS[order.state]
            self.field.answer_order(order, word, note=note)

    def check_in(self) -> None:
        """On site, or still there and well."""
        place = f"{self.chance.choice(PLACES)}{self.chance.randint(1, 199)}号"
        lat, lon = (round(begin + self.chance.random() / 5, 6) for begin in (26.5, 119.5))
        self.field.check_in(place=place, position={"lat": lat, "lon": lon, "accuracy": 8, "crs": "WGS84"})
        self.sync()

    def record(self, case: Case) -> None:
        kind, now = self.chance.choice(KINDS), datetime.now(SHANGHAI)
        imported = self._sometimes_a_real_one()
        scene = scene_of(case, kind, now, self.chance, officers=("林某", "陈某"))
        is_hurried = self.chance.random() < 0.25
        done = do(self.field, case, scene, self.chance, is_hurried=is_hurried, imported=imported)
        self._note({
            "action_id": str(done.action.id),
            "case_id": str(case.id),
            "kind": kind,
            "photos": [{"sha256": hashlib.sha256(one).hexdigest(), "size": len(one)} for one in done.contents],
        })  # fmt: skip

    def _sometimes_a_real_one(self) -> list[Path]:
        choices = list(real_photos())
        return [self.chance.choice(choices)] if choices and self.chance.random() < 0.5 else []

    def _note(self, line: dict[str, Any]) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def sync(self) -> None:
        for attempt in range(SYNC_ATTEMPTS):
            try:
                self.field.sync()
                return
            except NotSent as error:
                print(f"not sent yet ({error}); attempt {attempt + 1}", file=sys.stderr)
                time.sleep(min(0.2 * 2**attempt, 3))
        raise SystemExit("the server did not answer in time")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    for name in ("server", "store", "passphrase", "journal"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--code", default="")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--acts", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args(arguments)
    if Path(options.store).exists():
        field = FieldClient.open(options.store, passphrase=options.passphrase)
    else:
        field = FieldClient.enrol(
            options.server, code=options.code, store=options.store, passphrase=options.passphrase, name=PHONE_NAME
        )
    officer = Officer(field, Path(options.journal), random.Random(options.seed))
    for number in range(options.rounds):
        officer.round(options.acts)
        if number + 1 < options.rounds:
            time.sleep(officer.chance.uniform(8, 20))  # on the road
    officer.sync()


if __name__ == "__main__":
    main()
