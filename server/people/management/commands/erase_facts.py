from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.speaking import SpokenCommand
from server.people.models import Officer
from server.people.services import erase_entry_facts


class Command(SpokenCommand):
    help = "Erase for good the private part of ledger entries: two persons, a reason; the chain still verifies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("position", nargs="+", type=int, help="in the ledger of the court of both persons")
        parser.add_argument("--inspection", action="store_true", help="in the ledger of its inspection")
        parser.add_argument("--reason", required=True, help="the law or the decision that asks for it")
        parser.add_argument("--by", required=True, metavar="STAFF_NO", help="who asks")
        parser.add_argument("--allowed-by", required=True, metavar="STAFF_NO", help="who allows it, another person")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["reason"].strip():
            raise CommandError(_("Say why: the law or the decision that asks for it."))
        by, allowed_by = _officer(options["by"]), _officer(options["allowed_by"])
        how = {"reason": options["reason"], "is_inspection": options["inspection"]}
        try:
            erased = erase_entry_facts(positions=set(options["position"]), by=by, allowed_by=allowed_by, **how)
        except DomainError as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(_("The facts of %(count)d entries are erased.") % {"count": len(erased)})


def _officer(staff_no: str) -> Officer:
    officer = Officer.objects.filter(staff_no=staff_no).first()
    if officer is None:
        raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": staff_no})
    return officer
