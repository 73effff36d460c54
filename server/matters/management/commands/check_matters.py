import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.cases.located_yaml import Mistake
from server.common.speaking import SpokenCommand
from server.matters.kinds import CURRENT, FILES
from server.matters.kinds_check import mistakes_in


class Command(SpokenCommand):
    help = "Explain every mistake in a file of kinds of errands, by line; exit 1 if there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, nargs="?", default=FILES / f"{CURRENT}.yaml", help="else this release's")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": error}, returncode=2) from None
        mistakes = mistakes_in(text)
        if options["json"]:
            found = [{"line": each.line, "key": each.key, "reason": _worded(each)} for each in mistakes]
            self.stdout.write(json.dumps({"ok": not mistakes, "mistakes": found}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(map(_line, mistakes)) or _("No mistakes: errands may be of these kinds."))
        if mistakes:
            raise CommandError(_("%(count)d mistakes. Correct the lines above.") % {"count": len(mistakes)})


def _worded(mistake: Mistake) -> str:
    reason = _(mistake.template)
    return reason % dict(mistake.values) if mistake.values else reason


def _line(mistake: Mistake) -> str:
    said = {"line": mistake.line, "field": mistake.key or _("the file"), "reason": _worded(mistake)}
    return _("Line %(line)d, %(field)s: %(reason)s") % said
