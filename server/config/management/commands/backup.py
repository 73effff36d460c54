from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.backup import Backup, make_backup
from server.config.operations.speaking import Refused, size_in_words


class Command(SpokenCommand):
    help = "Copy everything this server holds into a new folder, while it runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR", help="must not exist yet")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            backup = make_backup(folder)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, DatabaseError) as fault:
            raise CommandError(_("No backup was made: %s") % fault) from fault
        self._tell(backup)
        if backup.manifest.absent:
            lost = "\n".join(f"  {path}" for path in backup.manifest.absent)
            raise CommandError(
                _("The backup is made, but the store has lost verified files. Run doctor. Lost:\n%s") % lost
            )

    def _tell(self, backup: Backup) -> None:
        files = backup.manifest.files
        figures = {
            "folder": backup.folder,
            "files": len(files),
            "bytes": size_in_words(sum(file.size for file in files)),
            "sha256": backup.manifest_sha256,
        }
        self.stdout.write(_("%(folder)s: %(files)d files, %(bytes)s; manifest.json %(sha256)s") % figures)
        self.stdout.write(_about_key(backup.manifest.secret_key))


def _about_key(kept: str) -> str:
    if kept == "copied":
        return _(
            "secret_key is in it: whoever has this folder can sign for your courts. Keep it as safe as the server."
        )
    return _(
        "SECRET_KEY is not in it, since the environment holds it: keep it apart and safe. "
        "Without it the keys of your courts in this backup stay sealed for ever."
    )
