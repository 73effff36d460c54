import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Case
from server.common.errors import DomainError
from server.evidence.models import Paper
from server.evidence.services.papers import add_paper
from server.evidence.store import StoreUnavailable

_OPTIONS = {"title": "--title", "document_no": "--document-no", "signer": "--signed-by"}


class Command(BaseCommand):
    help = "Put a ruling, warrant or notice on a case; it travels to every phone that holds the case."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case_no")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--kind", required=True, choices=[kind for kind in Paper.Kind.values if kind != Paper.Kind.RECORD]
        )
        parser.add_argument("--title", required=True)
        parser.add_argument("--document-no", default="")
        parser.add_argument("--issued-on", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--signed-by", default="", help="name of who signed it")
        parser.add_argument("--replaces", metavar="SHA256", help="the paper of this case that it supersedes")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        case = _case(options["case_no"])
        try:
            with file.open("rb") as content:
                paper = _added(case, content, options)
        except (OSError, StoreUnavailable) as fault:
            raise CommandError(_("The paper was not added: %s") % fault) from fault
        except DomainError as error:
            field = error.details.get("field")
            raise CommandError(f"{_OPTIONS[field]}: {error.message}" if field else str(error.message)) from error
        members = {"id": str(paper.pk), "sha256": paper.sha256, "size": paper.size, "media_type": paper.media_type}
        self.stdout.write(json.dumps(members) if options["json"] else f"{paper.sha256} {paper.size} {paper.media_type}")


def _case(text: str) -> Case:
    try:
        return Case.objects.get(case_no=parse_case_no(text).canonical)
    except (CaseNoError, Case.DoesNotExist):
        raise CommandError(_("There is no case %s.") % text) from None


def _added(case: Case, content: Any, options: dict[str, Any]) -> Paper:
    return add_paper(
        subject=case,
        kind=options["kind"],
        title=options["title"],
        content=content,
        document_no=options["document_no"],
        issued_on=options["issued_on"],
        signer=options["signed_by"],
        replaces=_replaced(case, options["replaces"]),
    )


def _replaced(case: Case, sha256: str | None) -> Paper | None:
    if not sha256:
        return None
    try:
        return Paper.objects.get(subject_id=case.pk, sha256=sha256)
    except Paper.DoesNotExist:
        raise CommandError(_("This case has no such paper to replace.")) from None
