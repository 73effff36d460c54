import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.cases.services import ImportReport, import_cases
from server.common.errors import DomainError
from server.common.progress import Bar
from server.common.speaking import SpokenCommand
from server.people.models import Court

_SHOWN = 20


class Command(SpokenCommand):
    help = (
        "Import cases from a list of the national system: the good lines, all of them or none; every bad one is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--court", help="code of the court of every line; else the column, else the case number")
        parser.add_argument("--format", choices=("csv", "json"), help="otherwise as the file's name ends")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--strict", action="store_true", help="do nothing unless every line is good")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        report = _imported(options)
        is_done = not options["dry_run"] and (not report.faults or (report.taken > 0 and not options["strict"]))
        self.stdout.write(_as_json(report, is_done) if options["json"] else "\n".join(_as_text(report)))
        if options["dry_run"] and not options["json"]:
            self.stdout.write(_("A dry run: nothing was changed."))
        if report.faults:
            raise CommandError(_outcome(report, is_done), returncode=1)


def _imported(options: dict[str, Any]) -> ImportReport:
    file: Path = options["file"]
    bar = Bar(_("Importing"))
    try:
        return import_cases(
            raw=file.read_bytes(),
            form=options["format"] or ("json" if file.suffix in (".json", ".jsonl") else "csv"),
            court=_court(options["court"]) if options["court"] else None,
            dry_run=options["dry_run"],
            strict=options["strict"],
            told=bar,
        )
    except OSError as error:
        raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": error}) from None
    except DomainError as error:
        raise CommandError(str(error.message)) from None
    finally:
        bar.end()


def _court(code: str) -> Court:
    court = Court.objects.filter(code=code, reach=Court.Reach.HERE).first()
    if court is None:
        raise CommandError(_("There is no court with this code."))
    return court


def _outcome(report: ImportReport, is_done: bool) -> str:
    if is_done:
        return _("%(count)d lines were not imported; all others were. Correct them and run it again.") % {
            "count": report.refused
        }
    return _("Nothing was imported. %(count)d lines are to be corrected.") % {"count": report.refused}


def _as_json(report: ImportReport, is_done: bool) -> str:
    faults = [
        {"line": fault.line, "field": fault.field, "value": fault.value, "reason": fault.reason}
        for fault in report.faults
    ]
    counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    told = {"imported": is_done, **counts, "refused": report.refused, "faults": faults, "missing": report.missing}
    return json.dumps(told, ensure_ascii=False)


def _as_text(report: ImportReport) -> list[str]:
    lines = [
        _("Line %(line)d, %(field)s: %(reason)s")
        % {"line": fault.line, "field": fault.field or _("the line"), "reason": fault.reason}
        + (f" [{fault.value}]" if fault.value else "")
        for fault in report.faults
    ]
    counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    lines.append(_("Created %(created)d, changed %(changed)d, unchanged %(unchanged)d.") % counts)
    if report.missing:
        shown = "、".join(report.missing[:_SHOWN]) + ("…" if len(report.missing) > _SHOWN else "")
        words = _("%(count)d open cases here are not in the file; nothing was done to them: %(shown)s")
        lines.append(words % {"count": len(report.missing), "shown": shown})
    return lines
