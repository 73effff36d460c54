from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.evidence_health import scrub_in_words
from server.evidence.services import scrub_all
from server.evidence.store import StoreUnavailable


class Command(SpokenCommand):
    help = "Read and hash every stored file again, now; what is absent or damaged is asked of the devices again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--force", action="store_true", help="storage is mounted, however much of it is absent")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = scrub_all(is_certain=options["force"])
        except StoreUnavailable as fault:
            raise CommandError(_("The evidence store does not answer: %s") % fault) from fault
        says, is_well = scrub_in_words(done)
        self.stdout.write(says)
        if not is_well:
            raise CommandError(_("Something is wrong; see above."))
