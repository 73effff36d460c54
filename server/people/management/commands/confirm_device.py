import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.models import Device
from server.people.services import confirm_device, name_recovered_officer


class Command(BaseCommand):
    help = "Let a device read again that a restored server knows by its certificate alone; without one, list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("device", type=uuid.UUID, nargs="?")
        parser.add_argument("--staff-no", help="of its officer, where he too was lost with the server")
        parser.add_argument("--name", help="of its officer, likewise")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["device"] is None:
            waiting = Device.objects.filter(recovered_at__isnull=False, confirmed_at=None, revoked_at=None)
            for device in waiting.select_related("officer").order_by("recovered_at"):
                self.stdout.write(f"{device.pk}  {device.officer.staff_no}  {device.officer.name}")
            return
        found = Device.objects.select_related("officer").filter(pk=options["device"]).first()
        if found is None:
            raise CommandError(_("There is no device %(device)s.") % {"device": options["device"]})
        try:
            self._confirm(found, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        told = {"device": found.pk, "name": found.officer.name}
        self.stdout.write(_("Confirmed: %(device)s of %(name)s reads again at its next sync.") % told)

    @transaction.atomic
    def _confirm(self, device: Device, options: dict[str, Any]) -> None:
        if bool(options["staff_no"]) != bool(options["name"]):
            raise CommandError(_("Give --staff-no and --name together."))
        if options["staff_no"]:
            name_recovered_officer(officer=device.officer, staff_no=options["staff_no"], name=options["name"])
        confirm_device(device=device)
