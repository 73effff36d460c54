import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.common.snapshot import snapshot
from server.ledger.models import Head
from server.ledger.verify import VerifyReport, verify_stream


class Command(BaseCommand):
    help = "Recompute every stream's hash chain; exit 1 if one does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        with snapshot():
            streams = Head.objects.order_by("stream").values_list("stream", flat=True)
            reports = [verify_stream(stream) for stream in streams]
        self.stdout.write(_as_json(reports) if options["json"] else "\n".join(map(_as_line, reports)))
        if not all(report.is_sound for report in reports):
            raise CommandError(
                _("The ledger does not verify. Keep this database as it is and compare it with a backup.")
            )


def _as_json(reports: list[VerifyReport]) -> str:
    return json.dumps({"sound": all(r.is_sound for r in reports), "streams": [asdict(r) for r in reports]})


def _as_line(report: VerifyReport) -> str:
    if report.is_sound:
        return _("%(stream)s: %(entries)d entries, sound") % asdict(report)
    return _("%(stream)s: %(fault)s after entry %(entries)d") % asdict(report)
