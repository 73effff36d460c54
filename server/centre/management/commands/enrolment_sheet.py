from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.centre.enrolment_sheet import sheet_of
from server.common.errors import DomainError
from server.people.models import Officer
from server.people.queries import officers_without_device
from server.people.services.batches import issue_enrolment_codes


class Command(BaseCommand):
    help = "Write a sheet of one-time codes to print, a slip for each officer: text and QR code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the HTML file to write; for this user's eyes alone")
        parser.add_argument("staff_no", nargs="*")
        parser.add_argument("--court", help="code of a court: every officer of it who has no device yet")

    def handle(self, *args: Any, **options: Any) -> None:
        officers = _officers(options["staff_no"], options["court"])
        if not officers:
            raise CommandError(_("There is nobody to print a code for."))
        try:
            codes = issue_enrolment_codes(officers=officers)
        except DomainError as error:
            raise CommandError(error.message) from None
        options["file"].touch(mode=0o600)
        options["file"].write_text(sheet_of(codes), encoding="utf-8")
        self.stdout.write(
            _("%(count)d codes in %(file)s. Print it, then delete it.")
            % {
                "count": len(codes),
                "file": options["file"],
            }
        )


def _officers(staff_nos: list[str], court: str | None) -> list[Officer]:
    named = {each.staff_no: each for each in Officer.objects.select_related("court").filter(staff_no__in=staff_nos)}
    unknown = [number for number in staff_nos if number not in named]
    if unknown:
        raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": ", ".join(unknown)})
    chosen = [named[number] for number in dict.fromkeys(staff_nos)]
    return chosen + ([each for each in officers_without_device(court) if each.staff_no not in named] if court else [])
