import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.differences import Difference
from server.cases.models import Case
from server.common.speaking import SpokenCommand
from server.field.replaying import Replay


class Command(SpokenCommand):
    help = (
        "Make all nodes of all cases anew from operations, what desks said and the ledger, and compare with what "
        "stands. Reads only; ends with one JSON object, and with 1 where anything differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--case", metavar="NO", help="one case, by its number in any form it is written in")

    def handle(self, *args: Any, **options: Any) -> None:
        replay = Replay()
        for difference in replay.walk([_case_id(options["case"])] if options["case"] else None):
            self.stdout.write(_line(difference))
        counts = {"cases": replay.cases, "nodes": replay.nodes, "events": replay.events}
        self.stdout.write(json.dumps({**counts, "differences": replay.differences}))
        if replay.differences:
            words = _("%(count)d differences: a row does not say what its sources say.")
            raise CommandError(words % {"count": replay.differences}, returncode=1)


def _case_id(written: str) -> Any:
    try:
        return Case.objects.values_list("pk", flat=True).get(case_no=parse_case_no(written).canonical)
    except (CaseNoError, Case.DoesNotExist):
        raise CommandError(_("There is no case with this number.")) from None


def _line(difference: Difference) -> str:
    return json.dumps(difference._asdict(), ensure_ascii=False)
