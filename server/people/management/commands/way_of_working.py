from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.people.models import Court
from server.people.services import set_way_of_working


class Command(BaseCommand):
    help = "Say whether a court hands cases on by stages, and how many days a handover may wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("court", help="the court's code")
        parser.add_argument("model", choices=Court.AssignmentModel.values, help="how cases pass on")
        parser.add_argument("--handover-days", type=int, choices=range(1, 91), metavar="1..90", help="3 if never said")

    def handle(self, *args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(_("There is no court with code %(code)s.") % {"code": options["court"]})
        days = options["handover_days"] or court.handover_days
        set_way_of_working(court=court, assignment_model=options["model"], handover_days=days)
        said = {"court": court.name, "model": court.get_assignment_model_display(), "days": days}
        self.stdout.write(_("%(court)s: %(model)s; a handover may wait %(days)d days.") % said)
