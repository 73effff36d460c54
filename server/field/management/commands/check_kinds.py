import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.cases.flow_file import FLOWS, read_flow
from server.cases.located_yaml import Mistake
from server.common.speaking import SpokenCommand
from server.field.kind_rules import unknown_in
from server.field.kinds import CURRENT, FILES, kinds_document
from server.field.kinds_check import mistakes_in
from server.people.models import Court


class Command(SpokenCommand):
    help = "Explain every mistake in a file of kinds of act, by line, and courts' words on rules there are not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, nargs="?", default=FILES / f"{CURRENT}.yaml", help="else this release's")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": error}, returncode=2) from None
        mistakes, strays = mistakes_in(text, _events()), _strays()
        if options["json"]:
            found = [{"line": each.line, "key": each.key, "reason": _worded(each)} for each in mistakes]
            whole = {"ok": not mistakes + strays, "mistakes": found, "courts": strays}
            self.stdout.write(json.dumps(whole, ensure_ascii=False))
        else:
            said = [*map(_line, mistakes), *strays]
            self.stdout.write("\n".join(said) or _("No mistakes: these kinds may be used."))
        if mistakes or strays:
            count = len(mistakes) + len(strays)
            raise CommandError(_("%(count)d mistakes. Correct the lines above.") % {"count": count})


def _events() -> frozenset[str]:
    """What some node of some flow of this release waits for."""
    flows = (read_flow(path.read_text(encoding="utf-8")) for path in sorted(FLOWS.glob("*.yaml")))
    return frozenset(event for flow in flows for event in flow.events)


def _strays() -> list[str]:
    document, template = kinds_document(), _("%(court)s has its own word on %(rule)s, which no rule is called.")
    courts = Court.objects.exclude(kind_rules={}).order_by("code")
    return [
        template % {"court": court.code, "rule": rule}
        for court in courts
        for rule in unknown_in(document, court.kind_rules)
    ]


def _worded(mistake: Mistake) -> str:
    reason = _(mistake.template)
    return reason % dict(mistake.values) if mistake.values else reason


def _line(mistake: Mistake) -> str:
    said = {"line": mistake.line, "field": mistake.key or _("the file"), "reason": _worded(mistake)}
    return _("Line %(line)d, %(field)s: %(reason)s") % said
