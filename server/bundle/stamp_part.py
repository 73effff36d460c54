"""The timestamps in a bundle: those over heads from the first entry of the case on."""

from pathlib import Path
from typing import Any

from django.conf import settings

from server.bundle.ledger_part import Extract
from server.bundle.models import HeadStamp
from server.bundle.verifier.stamps import AUTHORITY, STAMPS
from server.bundle.writing import BundleWriter
from server.common.clock import to_wire

NONE = """没有时间戳:本案台账的任何时刻都没有可信时间戳机构的确认。台账的时间只由法院自己的签名说明。

There are no timestamps: no timestamp authority has confirmed when this ledger stood where. Its times rest on the
court's own signature alone.
"""


def write_stamps(writer: BundleWriter, extract: Extract) -> int:
    """How many there are; where there is none, a file says so."""
    own = HeadStamp.objects.filter(stream=extract.stream, position__gte=extract.first).exclude(stamped_at=None)
    stamps = own.filter(position__lte=extract.head.position).order_by("position")
    rows = [_write(writer, stamp) for stamp in stamps.iterator()]
    writer.add_rows(STAMPS, rows)
    path: Path | None = settings.TIMESTAMP_CA_FILE
    if not rows:
        writer.add_text("timestamps/NONE.txt", NONE)
    elif path:
        writer.add(AUTHORITY, [path.read_bytes()])
    return len(rows)


def _write(writer: BundleWriter, stamp: HeadStamp) -> dict[str, Any]:
    head, token = f"timestamps/{stamp.day}.head", f"timestamps/{stamp.day}.tsr"
    writer.add(head, [bytes.fromhex(stamp.hash)])
    writer.add(token, [bytes(stamp.token)])
    assert stamp.stamped_at
    return {
        "day": stamp.day.isoformat(),
        "position": stamp.position,
        "head": head,
        "token": token,
        "stamped_at": to_wire(stamp.stamped_at),
    }
