from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.speaking import SpokenCommand
from server.matters.models import Matter
from server.matters.services import enter_result, make_package
from server.people.models import Officer


class Command(SpokenCommand):
    help = "Write the package of an errand for a court without Zhixing, or enter the file that came back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", help="of the errand")
        parser.add_argument(
            "--by", required=True, metavar="STAFF_NO", help="in whose name: of the asking court's centre"
        )
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--out", type=Path, help="write the package to this file")
        which.add_argument(
            "--enter", type=Path, metavar="FILE", help="enter this file, a zip, result.json or result.csv"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        matter = (
            Matter.objects.select_related("from_court", "to_court", "case").filter(number=options["number"]).first()
        )
        by = Officer.objects.filter(staff_no=options["by"], is_active=True).first()
        if matter is None or by is None:
            raise CommandError(_("There is no such errand, or nobody with this staff number."))
        try:
            self._write(matter, by, options["out"]) if options["out"] else self._enter(matter, by, options["enter"])
        except DomainError as refused:
            faults = refused.details.get("faults", [])
            said = [str(refused.message), *(f"{each['place']}: {each['reason']}" for each in faults)]
            raise CommandError("\n".join(said)) from None
        except OSError as fault:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": fault}, returncode=2) from None

    def _write(self, matter: Matter, by: Officer, path: Path) -> None:
        with path.open("xb") as out:
            make_package(matter=matter, out=out, by=by)
        self.stdout.write(str(path))

    def _enter(self, matter: Matter, by: Officer, path: Path) -> None:
        enter_result(matter=matter, name=path.name, content=path.read_bytes(), by=by)
        matter.refresh_from_db()
        self.stdout.write(f"{matter.number} {matter.state}")
