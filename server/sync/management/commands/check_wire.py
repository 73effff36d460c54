"""`manage.py check_wire FILE`: does this server read the reference bytes as everybody else does?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from server.sync.vectors import Report, UnreadableVectors, check_vectors, read_vectors

UNREADABLE = 2


class Command(BaseCommand):
    help = "Check a file of reference bytes of the wire. Exit 1: a good row failed or a bad one passed; 2: unreadable."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="one JSON object instead of text",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._report(options["file"])
        text = json.dumps(summary(report), ensure_ascii=True) if options["as_json"] else "\n".join(lines(report))
        # A name in the file may hold a lone surrogate, which no terminal takes.
        self.stdout.write(text.encode("utf-8", "backslashreplace").decode())
        if not report.is_right:
            raise CommandError(
                f"{len(report.failed)} good rows failed, {len(report.passed)} bad rows passed",
                returncode=1,
            )

    @staticmethod
    def _report(file: Path) -> Report:
        try:
            return check_vectors(read_vectors(file.read_bytes()))
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault.strerror}", returncode=UNREADABLE) from None
        except UnreadableVectors as fault:
            raise CommandError(f"{file} is no file of reference bytes: {fault}", returncode=UNREADABLE) from None


def summary(report: Report) -> dict[str, Any]:
    """What `--json` prints; the same members as `zhixing-field verify --json`."""
    return {
        "ok": report.is_right,
        "good": {
            "rows": len(report.good),
            "verified": len(report.good) - len(report.failed),
            "failed": [vars(row) for row in report.failed],
        },
        "bad": {
            "rows": len(report.bad),
            "refused": len(report.bad) - len(report.passed),
            "reasons": [vars(row) for row in report.bad],
        },
    }


def lines(report: Report) -> list[str]:
    failed = [f"  FAILED {row.name}: {row.reason}" for row in report.failed]
    bad = [f"  refused {row.name}: {row.reason}" if row.reason else f"  PASSED {row.name}" for row in report.bad]
    verified, refused = (
        len(report.good) - len(report.failed),
        len(report.bad) - len(report.passed),
    )
    return [
        f"good rows: {verified} of {len(report.good)} verified",
        *failed,
        f"bad rows: {refused} of {len(report.bad)} refused",
        *bad,
    ]
