import json
import uuid
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from server.common.clock import SHANGHAI
from server.people.models import Device
from server.people.services import revoke_device
from server.sync.lost import Held, held_by


class Command(BaseCommand):
    help = "Revoke a lost device: reading on it ends, and what it last said it held is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("device", type=uuid.UUID)
        parser.add_argument("--reason", required=True)
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        device = Device.objects.filter(pk=options["device"]).first()
        if device is None:
            raise CommandError(_("There is no device %(device)s.") % {"device": options["device"]})
        device = revoke_device(device=device, reason=options["reason"])
        held = held_by(device, reader=None)
        if options["json"]:
            told = {"device": device.pk, "revoked_at": device.revoked_at, **asdict(held)}
            self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(device, held)))


def _lines(device: Device, held: Held) -> list[str]:
    until = held.readable_until.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if held.readable_until else "–"
    return [
        _("Revoked: %(device)s of %(name)s.") % {"device": device.name or device.pk, "name": device.officer.name},
        _("At least this is with it: %(acts)d unsent acts, %(photos)d photographs, %(bytes)d bytes.")
        % {"acts": len(held.acts), "photos": held.photo_count, "bytes": held.bytes},
        *(f"  {act.seq}  {act.kind}  {act.case.case_no if act.case else '–'}" for act in held.acts),
        _("Cases on it, readable until its next contact or %(until)s:") % {"until": until},
        *(f"  {case.case_no}" for case in held.cases),
    ]
