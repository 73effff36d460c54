"""`manage.py make_previews`: previews, EXIF and SM3 that a crash of the worker left unmade."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from server.evidence import services
from server.evidence.models import StoredFile


class Command(BaseCommand):
    help = "Make previews of verified files, here and now, without the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all-pending", action="store_true", help="every file and thumbnail still waiting")
        which.add_argument("--sha256", help="this file, again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all_pending"]:
            previews, thumbnails = services.make_pending_previews()
            self.stdout.write(f"{previews} files examined, {thumbnails} thumbnails drawn")
            return
        try:
            file = services.make_preview(options["sha256"])
        except StoredFile.DoesNotExist:
            raise CommandError("there is no verified file of that hash") from None
        self.stdout.write(f"{file.sha256} {file.preview} {file.preview_reason}".rstrip())
