import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.safe_copy import call_safe
from server.config.operations.speaking import size_in_words
from server.config.operations.verifying import Verification, verify_backup
from server.sync.safety import BACKUP, OtherLife


class Command(SpokenCommand):
    help = (
        "Hash everything in a backup again, walk its ledgers, look for every verified file; exit 1 if one fails."
        " With SAFE_POLICY=backup, devices may then let go of what it holds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        verification = verify_backup(folder)
        self.stdout.write(_as_json(verification) if options["json"] else _as_text(verification))
        if not verification.is_sound:
            raise CommandError(_("This backup is not sound."))
        if settings.SAFE_POLICY == BACKUP:
            self.stderr.write(_made_safe(folder, verification))


def _made_safe(folder: Path, verification: Verification) -> str:
    assert verification.manifest
    try:
        devices = call_safe(folder, verification.manifest)
    except OtherLife:
        return _("This backup is of another life of the server than the present one: it makes nothing safe.")
    except DatabaseError as fault:
        raise CommandError(
            _("The server's database does not answer, so devices keep everything: %s") % fault
        ) from fault
    return _("Safe now: for %(devices)d devices more than before.") % {"devices": devices}


def _figures(verification: Verification) -> dict[str, Any]:
    manifest = verification.manifest
    files = manifest.files if manifest else ()
    return {
        "made_at": manifest.made_at if manifest else None,
        "product_version": manifest.product_version if manifest else None,
        "database": manifest.database if manifest else None,
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "ledgers": len(manifest.heads) if manifest else 0,
        "entries": verification.entries,
    }


def _as_json(verification: Verification) -> str:
    problems = [asdict(problem) for problem in verification.problems]
    return json.dumps({"ok": verification.is_sound, **_figures(verification), "problems": problems}, ensure_ascii=False)


def _as_text(verification: Verification) -> str:
    lines = [f"{problem.what}: {problem.says}" for problem in verification.problems]
    if verification.manifest:
        figures = _figures(verification)
        told = _("Made %(made_at)s by %(product_version)s: %(files)d files, %(bytes)s, %(entries)d ledger entries.")
        lines.append(told % {**figures, "bytes": size_in_words(figures["bytes"])})
    if verification.is_sound:
        lines.append(_("Everything is there and as it was."))
    return "\n".join(lines)
