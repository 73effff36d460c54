import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.queries import officer_by_staff_no
from server.sync.held_files import Sender, bring_file
from server.sync.models import HeldFile, Parcel
from server.sync.parcels import submit_parcel


class Command(BaseCommand):
    help = (
        "Hand in a parcel that was carried here: pushed like its author's own work, once nothing before it is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="staff number of whoever hands it in")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        officer = officer_by_staff_no(options["by"])
        if officer is None:
            raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": options["by"]})
        sender = Sender(officer.court_id, HeldFile.Purpose.PARCEL, officer=officer)
        try:
            with options["file"].open("rb") as file:
                parcel = submit_parcel(sender=sender, sha256=bring_file(sender=sender, file=file))
        except OSError as fault:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": fault}) from None
        except DomainError as refused:
            reason = refused.details.get("reason", refused.code)
            raise CommandError(f"{refused.message} [{reason}]") from None
        self.stdout.write(_told(parcel, as_json=options["json"]))


def _told(parcel: Parcel, *, as_json: bool) -> str:
    told = {"state": parcel.state, "code": parcel.code, "device": str(parcel.device_id)}
    span = {"first_seq": parcel.first_seq, "last_seq": parcel.last_seq, "files_waiting": parcel.files_waiting}
    if as_json:
        return json.dumps({**told, **span})
    state = str(Parcel.State(parcel.state).label)
    return _("Operations %(first)d to %(last)d of device %(device)s: %(state)s.") % {
        "first": parcel.first_seq,
        "last": parcel.last_seq,
        "device": parcel.device_id,
        "state": state,
    }
