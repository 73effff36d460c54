import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.people.models import Device
from server.people.services import revoke_device


class Command(BaseCommand):
    help = "Revoke a lost device: it may neither read nor push any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("device", type=uuid.UUID)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        device = Device.objects.filter(pk=options["device"]).first()
        if device is None:
            raise CommandError(_("There is no device %(device)s.") % {"device": options["device"]})
        revoked = revoke_device(device=device, reason=options["reason"])
        unsent = revoked.last_status.get("unsent")
        held = len(unsent) if isinstance(unsent, list) else 0
        self.stdout.write(
            _("Revoked: %(device)s of %(name)s. It last said it held %(count)d unsent operations.")
            % {"device": revoked.name or revoked.pk, "name": revoked.officer.name, "count": held}
        )
