from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.field.kind_rules import LEVELS, near, rule_named
from server.field.kinds import CURRENT, kinds_document
from server.people.models import Court
from server.people.services import set_kind_rule

OWN = "default"


class Command(SpokenCommand):
    help = "A court tightens or loosens one rule of what acts must record; devices have it with their next pull."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("court", help="its code, such as 闽9821")
        parser.add_argument("rule", nargs="?", help="common.officers_two, SEAL.shot:ITEM, SEARCH/common.filmed")
        parser.add_argument("level", nargs="?", choices=[*LEVELS, OWN], help=f"{OWN}: as the release has it")

    def handle(self, *args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(_("There is no court with this code."))
        rule, level = options["rule"], options["level"]
        if rule and level:
            _require_known(rule)
            if not set_kind_rule(court=court, rule=rule, level="" if level == OWN else level, catalogue=CURRENT):
                self.stdout.write(_("It is so already; nothing was changed."))
                return
        court.refresh_from_db()
        self.stdout.write("\n".join(_told(court)) or _("No rule is changed here."))


def _require_known(rule: str) -> None:
    document = kinds_document()
    if rule_named(document, rule) is None:
        said = {"rule": rule, "catalogue": CURRENT, "near": ", ".join(near(document, rule)) or "-"}
        raise CommandError(_("There is no rule %(rule)s in %(catalogue)s; near it: %(near)s.") % said)


def _told(court: Court) -> list[str]:
    template = _("%(rule)s: %(level)s (otherwise %(own)s), by %(basis)s")
    known = {name: rule_named(kinds_document(), name) or {} for name in court.kind_rules}
    return [
        template % {"rule": name, "level": level, "own": rule.get("level", "-"), "basis": rule.get("basis", "-")}
        for name, level in court.kind_rules.items()
        for rule in (known[name],)
    ]
