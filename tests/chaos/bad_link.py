"""Much queued work over a link that dies every so many bytes; counts what was sent twice.

python -m tests.chaos.bad_link --actions 300 --photos 3 --photo-bytes 500000 --dies-every 2000000
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_sdk import FieldClient, NotSent
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.transport import HttpTransport
from tests.chaos.proxy import Link
from tests.journeys.deployment import Deployment

PASSPHRASE = "三号楼的钥匙"
MOST_SYNCS = 200


@dataclass
class Offered:
    """What the device put on the wire, by the requests it made."""

    uploads: int = 0
    pushes: int = 0
    others: int = 0

    @property
    def all(self) -> int:
        return self.uploads + self.pushes + self.others


class CountingTransport:
    """A real connection; counts the bytes of bodies, whole, also of those that did not arrive."""

    def __init__(self, url: str) -> None:
        self._real = HttpTransport(url)
        self.offered = Offered()

    def send(self, request: Request) -> Reply | Unreachable:
        kind = {"PATCH": "uploads", "POST": "pushes" if request.path.endswith("/push") else "others"}
        name = kind.get(request.method, "others")
        setattr(self.offered, name, getattr(self.offered, name) + len(request.body))
        return self._real.send(request)

    def close(self) -> None:
        self._real.close()


def queue_work(field: FieldClient, cases: Sequence[str], actions: int, photos: int, size: int, seed: int = 1) -> None:
    chance = random.Random(seed)
    for number in range(actions):
        taken = [
            field.capture(b"\xff\xd8\xff\xe0" + chance.randbytes(size - 4), shot_code="ITEM") for _ in range(photos)
        ]
        field.record_action(
            case_id=cases[number % len(cases)], kind="SEIZE", fields={"narrative": f"第{number}次"}, photos=taken
        )


def send_all(field: FieldClient) -> int:
    """Sync until everything is sent; how many syncs that took."""
    for number in range(1, MOST_SYNCS + 1):
        try:
            if field.sync().is_everything_sent:
                return number
        except NotSent:
            continue
    raise AssertionError(f"not done after {MOST_SYNCS} syncs: {field.status()}")


def measure(deployment: Deployment, store: Path, options: argparse.Namespace) -> dict[str, Any]:
    with Link(deployment.port) as link:
        transport = CountingTransport(link.url)
        field = FieldClient.enrol(
            link.url, code=deployment.enrolment_code(), store=store, passphrase=PASSPHRASE, transport=transport
        )
        field.sync()
        queue_work(field, deployment.city["cases"], options.actions, options.photos, options.photo_bytes)
        transport.offered = Offered()
        link.up = link.down = 0
        link.dies_every = options.dies_every
        started = time.monotonic()
        syncs = send_all(field)
        seconds = time.monotonic() - started
        owed = options.actions * options.photos * options.photo_bytes
        is_safe = all(field.safe_to_purge(action) for action in field.actions())
        field.close()
    sent = transport.offered
    return {
        "actions": options.actions,
        "files": options.actions * options.photos,
        "file_bytes": owed,
        "deaths": link.happened["died"],
        "syncs": syncs,
        "uploaded_bytes": sent.uploads,
        "pushed_bytes": sent.pushes,
        "bytes_up": link.up,
        "sent_twice_percent": round(100 * (sent.uploads - owed) / owed, 2),
        "is_safe": is_safe,
        "seconds": round(seconds, 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=300)
    parser.add_argument("--photos", type=int, default=3, help="of each action")
    parser.add_argument("--photo-bytes", type=int, default=500_000)
    parser.add_argument("--dies-every", type=int, default=2_000_000)
    options = parser.parse_args(arguments)
    deployment = Deployment()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(deployment, Path(folder) / "officer.db", options)
    finally:
        deployment.stop()
    print(json.dumps(found))
    return 0 if found["is_safe"] and found["sent_twice_percent"] < 5 else 1


if __name__ == "__main__":
    sys.exit(main())
