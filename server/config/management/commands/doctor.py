import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.doctor import examine
from server.config.operations.findings import Finding, Level

MARKS = {Level.FINE: "✓", Level.NOTE: "·", Level.FAULT: "✗"}


class Command(SpokenCommand):
    help = "Say in words what is wrong with this server and what to do; exit 1 if something is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--deep", action="store_true", help="walk every ledger, hash every file and paper")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(examine(is_deep=options["deep"]))
        self.stdout.write(_as_json(findings) if options["json"] else _as_text(findings))
        if any(finding.is_fault for finding in findings):
            raise CommandError(_("Something is wrong; see above."))


def _as_json(findings: Sequence[Finding]) -> str:
    is_well = not any(finding.is_fault for finding in findings)
    return json.dumps({"ok": is_well, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False)


def _as_text(findings: Sequence[Finding]) -> str:
    return "\n".join(map(_line, findings))


def _line(finding: Finding) -> str:
    do = f"\n  → {finding.do}" if finding.do else ""
    return f"{MARKS[finding.level]} {finding.says}{do}"
