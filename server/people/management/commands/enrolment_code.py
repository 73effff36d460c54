import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.common.clock import SHANGHAI, to_wire
from server.common.errors import DomainError
from server.people.queries import enrolment_code_by_text, officer_by_staff_no
from server.people.services import issue_enrolment_code


class Command(BaseCommand):
    help = "Print a one-time code with which an officer enrols a device."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("staff_no")
        parser.add_argument("--void-older", action="store_true", help="codes he has not used open nothing any more")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        officer = officer_by_staff_no(options["staff_no"])
        if officer is None:
            raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": options["staff_no"]})
        try:
            text = issue_enrolment_code(officer=officer, void_older=options["void_older"])
        except DomainError as error:
            raise CommandError(error.message) from None
        expires_at = enrolment_code_by_text(text).expires_at
        if options["json"]:
            code = {"code": text, "staff_no": officer.staff_no, "expires_at": to_wire(expires_at)}
            self.stdout.write(json.dumps(code, ensure_ascii=False))
            return
        self.stdout.write(text)
        until = expires_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        self.stderr.write(_("For %(name)s, once, until %(until)s.") % {"name": officer.name, "until": until})
