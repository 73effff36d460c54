import json
from argparse import ArgumentParser
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.progress import Bar
from server.common.speaking import SpokenCommand
from server.evidence.services.evidence_check import Reread, bytes_after, reread_after
from server.evidence.store import StoreUnavailable

MEGABYTE = 1024 * 1024
NAMED_AT_MOST = 1000


@dataclass(slots=True)
class Tally:
    """What was read so far; the last line of the command is this as JSON."""

    last: str
    files: int = 0
    bytes: int = 0
    sm3_added: int = 0
    faults: int = 0
    named: list[dict[str, str]] = field(default_factory=list)
    is_finished: bool = False

    def count(self, read: Reread) -> None:
        self.files, self.bytes = self.files + 1, self.bytes + read.held.size
        self.last, self.sm3_added = read.held.sha256, self.sm3_added + read.is_sm3_new
        if read.fault:
            self.faults += 1
            if len(self.named) < NAMED_AT_MOST:
                self.named.append({"fault": read.fault, "area": read.held.area, "sha256": read.held.sha256})

    def as_json(self) -> str:
        members = {"files": self.files, "bytes": self.bytes, "faults": self.faults, "named": self.named}
        state = {"ok": not self.faults, "finished": self.is_finished, "last": self.last, "sm3_added": self.sm3_added}
        return json.dumps({**state, **members}, ensure_ascii=False)


class Command(SpokenCommand):
    help = (
        "Read and hash everything stored again: originals, papers, previews; SHA-256 and SM3. Names every file that is"
        " absent or wrong; exit 1 if there is one. Changes nothing but an SM3 that was never computed; scrub repairs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--after", default="", metavar="SHA256", help="go on behind this hash: `last` of before")
        parser.add_argument("--at-most", type=int, default=0, metavar="MIB", help="stop after so much; 0: read all")

    def handle(self, *args: Any, **options: Any) -> None:
        tally = Tally(last=options["after"])
        try:
            self._read(tally, options["at_most"] * MEGABYTE)
        except (StoreUnavailable, KeyboardInterrupt) as fault:
            self.stdout.write(tally.as_json())
            raise CommandError(_("Not read to the end (%s). Go on with --after and `last`.") % fault) from fault
        self.stdout.write(tally.as_json())
        if tally.faults:
            raise CommandError(_("Something is wrong; see above."))

    def _read(self, tally: Tally, limit: int) -> None:
        bar, total = Bar(_("Reading what is stored")), max(1, bytes_after(tally.last) // MEGABYTE)
        for same in reread_after(tally.last):
            for read in same:
                tally.count(read)
                if read.fault:
                    self.stdout.write(f"{read.fault} {read.held.area} {read.held.sha256}")
            bar(min(tally.bytes // MEGABYTE, total), total)
            if limit and tally.bytes >= limit:
                break
        else:
            tally.is_finished = True
        bar.end()
