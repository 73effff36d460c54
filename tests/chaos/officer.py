"""One officer as a process: records and syncs by the SDK alone until it is calm and all is safe; killed anywhere.

The journal is what he believes: a line of intent before each act, and one of what came of it when the call returned.
"""

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from client_sdk import AlreadyEnrolled, FieldClient
from client_sdk.errors import FieldError
from client_sdk.store import this_machine

PASSPHRASE = "三号楼的钥匙"
PASSING = ("unreachable", "server_busy", "server_fault", "answer_unproven", "storage_full", "cannot_write")
NO_LIMIT = 1_073_741_823


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, **line: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[dict[str, Any]]:
        """Without a last one that a death cut short."""
        if not self._path.exists():
            return []
        return [
            json.loads(line) for line in self._path.read_text("utf-8").splitlines(keepends=True) if line[-1] == "\n"
        ]


class Officer:
    def __init__(self, field: FieldClient, options: argparse.Namespace) -> None:
        self._field, self._options = field, options
        self._journal = Journal(options.journal)
        begun = sum("intent" in line for line in self._journal.lines())
        self._number = begun
        self._chance = random.Random(f"{options.seed}/{begun}")

    def work(self) -> None:
        """Until the storm is over, and then until the court has it all."""
        while not self._options.calm.exists():
            self._obey_size()
            self._try(self._record)
            if self._chance.random() < 0.6:
                self._try(self._sync)
            time.sleep(self._chance.uniform(0, 0.6))
        self._obey_size()
        while self._number < self._options.acts:
            self._record()
        while not all(self._field.safe_to_purge(action) for action in self._field.actions()):
            self._try(self._sync)
        self._journal.note(done=[action.id for action in self._field.actions()])

    def _try(self, work: Any) -> None:
        try:
            work()
        except FieldError as fault:
            require_passing(fault)
            time.sleep(self._chance.uniform(0.05, 0.4))

    def _record(self) -> None:
        if self._number >= self._options.most:
            time.sleep(0.2)
            return
        contents = [self._chance.randbytes(self._chance.randrange(2_000, 300_000)) for _ in range(2)]
        photos = [hashlib.sha256(content).hexdigest() for content in contents]
        self._journal.note(intent=self._number, photos=photos)
        number, self._number = self._number, self._number + 1
        try:
            taken = [self._field.capture(content, shot_code="ITEM") for content in contents]
            case = self._chance.choice(self._options.cases)
            action = self._field.record_action(case_id=case, kind="SEIZE", fields={"narrative": "到场"}, photos=taken)
        except FieldError:
            self._journal.note(refused=number)
            raise
        self._journal.note(recorded=number, action=action.id, case=case, photos=photos)

    def _sync(self) -> None:
        self._field.sync(patience_seconds=3)

    def _obey_size(self) -> None:
        """While the file `<store>.full` is there, the store may not grow by a single page."""
        is_full = self._options.store.with_name(self._options.store.name + ".full").exists()
        self._field.holdings.store.database.rows(f"PRAGMA max_page_count = {1 if is_full else NO_LIMIT}")


def require_passing(fault: FieldError) -> None:
    """No net and no room pass; anything else is a finding, and ends this process with its trace."""
    print(f"{fault.code} {fault.details}", flush=True)
    if fault.code not in PASSING:
        raise fault


def opened(options: argparse.Namespace) -> FieldClient:
    machine = replace(this_machine(), reserve_bytes=0)  # so that the disk itself is found full, not our own caution
    given: dict[str, Any] = {"store": options.store, "passphrase": PASSPHRASE, "surroundings": machine}
    is_enrolled = False
    while True:
        try:
            if is_enrolled:
                return FieldClient.open(options.store, passphrase=PASSPHRASE, surroundings=machine)
            return FieldClient.enrol(options.server, code=options.code, **given)
        except AlreadyEnrolled:
            is_enrolled = True
        except FieldError as fault:  # on a disk full to the last byte a store cannot even be opened
            require_passing(fault)
            time.sleep(0.2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    for name in ("server", "code", "seed"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("store", "journal", "calm"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--acts", type=int, required=True, help="at least so many")
    parser.add_argument("--most", type=int, required=True, help="and no more than so many")
    parser.add_argument("--cases", nargs="+", required=True)
    options = parser.parse_args(arguments)
    with opened(options) as field:
        Officer(field, options).work()
    return 0


if __name__ == "__main__":
    sys.exit(main())
