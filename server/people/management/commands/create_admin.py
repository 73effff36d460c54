import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.models import Court, Officer, Role
from server.people.queries import officer_by_staff_no
from server.people.services import create_court, create_officer, set_password


class Command(BaseCommand):
    help = "Create the first administrator, and his court if it is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("staff_no")
        parser.add_argument("--name", required=True)
        parser.add_argument("--court-code", required=True)
        parser.add_argument("--court-name", help="needed when the court is not there yet")
        parser.add_argument("--level", choices=Court.Level.values, default=Court.Level.BASIC)
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if officer_by_staff_no(options["staff_no"]) is not None:
            raise CommandError(_("Staff number %(number)s is taken.") % {"number": options["staff_no"]})
        password = _password(from_stdin=options["password_stdin"])
        try:
            officer = _create(options, password)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            _("%(name)s (%(number)s) administers %(court)s. Sign in at /centre/sign-in.")
            % {"name": officer.name, "number": officer.staff_no, "court": officer.court.name}
        )


@transaction.atomic
def _create(options: dict[str, Any], password: str) -> Officer:
    court = Court.objects.filter(code=options["court_code"], reach=Court.Reach.HERE).first() or _new_court(options)
    officer = create_officer(court=court, staff_no=options["staff_no"], name=options["name"], roles=[Role.SYSADMIN])
    set_password(officer=officer, password=password)
    return officer


def _new_court(options: dict[str, Any]) -> Court:
    if not options["court_name"]:
        message = _("There is no court with code %(code)s. Name it with --court-name to create it.")
        raise CommandError(message % {"code": options["court_code"]})
    return create_court(code=options["court_code"], name=options["court_name"], level=options["level"])


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError(_("There is no terminal to ask at; give the password with --password-stdin."))
    password = getpass.getpass(_("Password: "))
    if password != getpass.getpass(_("The same again: ")):
        raise CommandError(_("The two passwords differ."))
    return password
