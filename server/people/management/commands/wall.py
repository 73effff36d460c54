from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.people.models import Court, Officer
from server.people.services import create_wall, revoke_wall


class Command(BaseCommand):
    help = "Accounts of walls: list them, --add NAME --court-code CODE makes one, --revoke NUMBER ends one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--add", metavar="NAME", help="where the screen hangs")
        which.add_argument("--revoke", metavar="NUMBER", help="its staff number")
        parser.add_argument("--court-code")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["add"]:
            self._add(options["add"], options["court_code"])
        elif options["revoke"]:
            self._revoke(options["revoke"])
        else:
            self._list()

    def _add(self, name: str, code: str | None) -> None:
        court = Court.objects.filter(code=code).first()
        if court is None:
            raise CommandError(_("There is no court with code %(code)s.") % {"code": code})
        wall, password = create_wall(court=court, name=name)
        self.stdout.write(f"{wall.staff_no}  {password}")

    def _revoke(self, number: str) -> None:
        wall = Officer.objects.filter(staff_no=number, is_wall=True).select_related("court").first()
        if wall is None:
            raise CommandError(_("There is no wall %(number)s.") % {"number": number})
        revoke_wall(wall=wall)
        self.stdout.write(_("Revoked: %(name)s") % {"name": wall.name})

    def _list(self) -> None:
        for wall in Officer.objects.filter(is_wall=True).select_related("court").order_by("court__code", "staff_no"):
            state = _("in use") if wall.is_active else _("revoked")
            self.stdout.write(f"{wall.staff_no}  {wall.court.code}  {wall.name}  {state}")
