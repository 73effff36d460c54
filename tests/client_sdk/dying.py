"""A process that records until it is killed: at a named moment, or by its parent. Prints what it was told is safe.

python -m tests.client_sdk.dying STORE PASSPHRASE [MOMENT NUMBER]
"""

import os
import signal
import sys
from pathlib import Path

from client_sdk import FieldClient, moments
from client_sdk.steps import Reply, Request, Unreachable

CASE = "0199a000-0000-7000-8000-000000000001"


class NoNetwork:
    def send(self, request: Request) -> Reply | Unreachable:
        return Unreachable("no network")

    def close(self) -> None:
        return None


def die_at(moment: str, number: int) -> None:
    """`kill -9` of this process when `moment` is reached for the number-th time."""
    left = number

    def watch(reached: str) -> None:
        nonlocal left
        left -= reached == moment
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    moments.watch(watch)


def record_for_ever(field: FieldClient, imported: Path) -> None:
    number = 0
    while True:
        number += 1
        photo = field.capture(os.urandom(100_000), shot_code="ITEM")
        print(f"photo {photo.id} {photo.sha256}", flush=True)
        action = field.record_action(case_id=CASE, kind="SEAL", fields={"number": number}, photos=[photo, imported])
        print(f"action {action.id} {action.seq} {action.hash} {','.join(action.files)}", flush=True)


def main() -> None:
    store, passphrase, *when = sys.argv[1:]
    imported = Path(store).with_suffix(".heic")
    imported.write_bytes(os.urandom(150_000))
    field = FieldClient.open(store, passphrase=passphrase, transport=NoNetwork())
    print("open", flush=True)
    if when:
        die_at(when[0], int(when[1]))
    record_for_ever(field, imported)


if __name__ == "__main__":
    main()
