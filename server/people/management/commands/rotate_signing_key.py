from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.people.models import Court
from server.people.services import rotate_signing_key


class Command(BaseCommand):
    help = "Give a court a new signing key. Its old public keys stay, and what they signed stays valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("court", help="the court's code")

    def handle(self, *args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"], reach=Court.Reach.HERE).first()
        if court is None:
            raise CommandError(_("There is no court with code %(code)s.") % {"code": options["court"]})
        key = rotate_signing_key(court=court)
        self.stdout.write(_("%(court)s now signs with key %(kid)s.") % {"court": court.name, "kid": key.kid})
