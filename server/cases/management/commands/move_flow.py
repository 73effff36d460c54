from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from server.cases.access import require_can_direct
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.flow_moves import Shift
from server.cases.models import Case
from server.cases.queries import flow_of, node_definition
from server.cases.services import move_flow
from server.cases.states import HeldNode
from server.common.errors import DomainError
from server.common.speaking import SpokenCommand
from server.people.models import Officer, Role


class Command(SpokenCommand):
    help = "Move a case to a newer version of its flow: its nodes are made anew from the same facts, and it is logged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("case_no", help="in any form a case number is written in")
        parser.add_argument("version", help="of the flow the case is under, such as 2026.11-2")
        parser.add_argument("--by", required=True, metavar="STAFF_NO", help="a director, or the command centre")
        parser.add_argument("--reason", required=True, help="stays on record with the move")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        case = _case(options["case_no"])
        by = _director(case, options["by"])
        asked = {name: options[name] for name in ("version", "reason", "dry_run")}
        try:
            move = move_flow(case=case, by=by, **asked)
        except DomainError as refused:
            raise CommandError(f"{refused.message} ({refused.code})") from None
        case = _case(case.case_no)
        for shift in move.shifts:
            if shift.is_told:
                self.stdout.write(f"{_named(case, shift)}: {_standing(shift.before)} → {_standing(shift.after)}")
        words = {"case": case.case_no, "version": options["version"], "count": len(move.told)}
        self.stdout.write(_("%(case)s, version %(version)s: %(count)d nodes stand otherwise.") % words)
        if options["dry_run"]:
            self.stdout.write(_("A dry run: nothing was changed."))


def _case(written: str) -> Case:
    try:
        return Case.objects.select_related("flow").get(case_no=parse_case_no(written).canonical)
    except (CaseNoError, Case.DoesNotExist):
        raise CommandError(_("There is no case with this number.")) from None


def _director(case: Case, staff_no: str) -> Officer:
    officer = Officer.objects.filter(staff_no=staff_no).first()
    if officer is None:
        raise CommandError(_("There is no officer with staff number %(number)s.") % {"number": staff_no})
    try:
        require_can_direct(officer, case, Role.DIRECTOR, Role.COMMAND_CENTRE)
    except DomainError as refused:
        raise CommandError(f"{refused.message} ({refused.code})") from None
    return officer


def _named(case: Case, shift: Shift) -> str:
    node = shift.after
    name = node_definition(flow_of(case.flow), node.key).name(get_language() or "zh")
    return f"{name} ({node.key}{f', {node.chain}' if node.chain else ''})"


def _standing(node: HeldNode | None) -> str:
    if node is None:
        return "-"
    return " ".join([node.state, *(str(day) for day in (node.started_on, node.due_on, node.finished_on) if day)])
