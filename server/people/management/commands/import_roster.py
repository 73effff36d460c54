import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.people.services import RosterReport, import_roster


class Command(BaseCommand):
    help = "Import courts, teams, groups, officers and roles from a CSV file: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            raw = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": error}) from None
        report = import_roster(raw=raw, dry_run=options["dry_run"])
        self.stdout.write(_as_json(report, options["dry_run"]) if options["json"] else _as_text(report))
        if report.faults:
            raise CommandError(_("Nothing was imported. Correct the lines above and run it again."))
        if options["dry_run"] and not options["json"]:
            self.stdout.write(_("A dry run: nothing was changed."))


def _as_json(report: RosterReport, dry_run: bool) -> str:
    faults = [{"line": fault.line, "field": fault.field, "reason": fault.reason} for fault in report.faults]
    done = not faults and not dry_run
    counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    return json.dumps({"imported": done, **counts, "faults": faults}, ensure_ascii=False)


def _as_text(report: RosterReport) -> str:
    if report.faults:
        return "\n".join(
            _("Line %(line)d, %(field)s: %(reason)s")
            % {"line": fault.line, "field": fault.field or _("the line"), "reason": fault.reason}
            for fault in report.faults
        )
    return _("Created %(created)d, changed %(changed)d, unchanged %(unchanged)d.") % {
        "created": report.created.total(),
        "changed": report.changed.total(),
        "unchanged": report.unchanged.total(),
    }
