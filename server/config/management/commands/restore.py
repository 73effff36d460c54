from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.restoring import Restoration, restore
from server.config.operations.speaking import Refused


class Command(SpokenCommand):
    help = "Put a backup back, verified, with a life of its own. Stop the server first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--force", action="store_true", help="replace a database that is not empty")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            restoration = restore(folder, is_forced=options["force"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, DatabaseError) as fault:
            raise CommandError(_("Nothing was restored: %s") % fault) from fault
        self.stdout.write("\n".join(_told(restoration)))


def _told(restoration: Restoration) -> list[str]:
    renewal = restoration.renewal
    lines = [
        _("Restored as of %(made_at)s. New server epoch: %(epoch)s.")
        % {"made_at": restoration.manifest.made_at, "epoch": renewal.server_epoch},
        _("Voided: %(codes)d unused enrolment codes, %(sessions)d sessions. Everybody signs in again.")
        % {"codes": renewal.codes, "sessions": renewal.sessions},
        _("Owed again by devices: %(promises)d files. They and later acts come with each device's next sync.")
        % {"promises": renewal.scrubbed.promises},
    ]
    if restoration.courts_without_key:
        courts = "、".join(restoration.courts_without_key)
        lines.append(
            _("SECRET_KEY does not open the keys of %s: set that of the old server before you start.") % courts
        )
    return [*lines, _("Now run: manage.py doctor")]
