from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.cases.services import recompute_due_dates
from server.common.speaking import SpokenCommand
from server.people.models import Court
from server.people.services import set_pause_policy


class Command(SpokenCommand):
    help = "Which reasons stop the clocks of a court's cases: the list of 2006 alone, or that of 2000 as well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("court", help="its code, such as 闽9821")
        parser.add_argument("policy", choices=Court.PausePolicy.values)

    def handle(self, *args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(_("There is no court with this code."))
        if not set_pause_policy(court=court, policy=options["policy"]):
            self.stdout.write(_("It is so already; nothing was changed."))
            return
        self.stdout.write(_("%(count)d due dates moved.") % {"count": recompute_due_dates()})
