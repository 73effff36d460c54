import contextlib
import getpass
import json
import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.bundle.matter import Matter, richest_case
from server.bundle.services import export_bundle
from server.bundle.verifier.signed import fingerprint
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Case
from server.common.errors import DomainError
from server.common.progress import Bar
from server.common.speaking import SpokenCommand
from server.config.operations.speaking import size_in_words
from server.evidence.store import StoreUnavailable
from server.people.keys import root_public_key
from server.people.models import Officer

MEGABYTE = 1024 * 1024


class Command(SpokenCommand):
    help = "Write one case as a bundle that proves itself: papers, originals, signatures, ledger, and a verifier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("case_no", nargs="?", metavar="CASE_NO")
        parser.add_argument("out", type=Path, metavar="OUT.zip")
        parser.add_argument("--richest", action="store_true", help="the case with most acts, instead of CASE_NO")
        parser.add_argument("--reason", default="", help="entered with the case; by default that a command made it")
        parser.add_argument("--by", default="", metavar="STAFF_NO", help="for whom it is made")
        parser.add_argument("--force", action="store_true", help="replace a file that is there")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        case = _case(options["case_no"], is_richest=options["richest"])
        if out.exists() and not options["force"]:
            raise CommandError(_("%s is there already: give another name, or --force to replace it.") % out)
        by = _officer(options["by"])
        reason = options["reason"] or f"manage.py export_bundle ({getpass.getuser()})"
        try:
            figures = _written(case, out, by, reason)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except (OSError, StoreUnavailable) as fault:
            raise CommandError(_("The bundle was not made: %s") % fault) from fault
        self.stdout.write(json.dumps(figures, ensure_ascii=False) if options["json"] else _as_text(figures))


def _case(text: str | None, *, is_richest: bool) -> Case:
    if bool(text) == is_richest:
        raise CommandError(_("Name a case, or --richest."))
    try:
        case = Case.objects.get(case_no=parse_case_no(text).canonical) if text else richest_case()
    except (CaseNoError, Case.DoesNotExist):
        raise CommandError(_("There is no case %s.") % text) from None
    if case is None:
        raise CommandError(_("No case has an act yet."))
    return case


def _officer(staff_no: str) -> Officer | None:
    try:
        return Officer.objects.get(staff_no=staff_no) if staff_no else None
    except Officer.DoesNotExist:
        raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": staff_no}) from None


def _written(case: Case, out: Path, by: Officer | None, reason: str) -> dict[str, Any]:
    bar, expected = Bar(_("Writing the bundle")), Matter(case).bytes() // MEGABYTE + 1
    with _in_place(out) as file:
        told = export_bundle(
            case=case,
            out=file,
            by=by,
            reason=reason,
            told=lambda done: bar(min(done // MEGABYTE, expected), expected),
        )
        size = file.seek(0, os.SEEK_END)
    bar.end()
    root = fingerprint(root_public_key(case.court))
    return {
        "case_no": case.case_no,
        "out": str(out),
        "bundle": told.bundle,
        "files": told.files,
        "bytes": size,
        "root": root,
    }


@contextlib.contextmanager
def _in_place(out: Path) -> Iterator[IO[bytes]]:
    """Whole and durable under its name, or not there at all."""
    handle, draft = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(out)
    finally:
        Path(draft).unlink(missing_ok=True)


def _as_text(figures: dict[str, Any]) -> str:
    said = _("Bundle of %(case_no)s: %(files)d files, %(size)s, in %(out)s.")
    told: str = said % {**figures, "size": size_in_words(figures["bytes"])}
    root: str = _("Its root key has the fingerprint %s: tell it by another way.") % figures["root"]
    return f"{told}\n{root}"
