"""The way back: verified, files first, then the database with a life of its own. Devices heal the rest."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from server.config.operations.folder import blocks_of
from server.config.operations.key import courts_without_working_key, place_key
from server.config.operations.loading import is_empty_database, load_database
from server.config.operations.manifest import EVIDENCE_FOLDER, Manifest
from server.config.operations.renewal import Renewal, renew
from server.config.operations.speaking import Progress, Refused
from server.config.operations.verifying import Verification, verify_backup
from server.evidence import store
from server.evidence.store import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Restoration:
    manifest: Manifest
    renewal: Renewal
    is_key_placed: bool
    """The copied SECRET_KEY now lies where the embedded default takes it from."""
    courts_without_key: list[str]
    """Courts whose keys the SECRET_KEY of this process does not open."""


def restore(backup: Path, *, is_forced: bool = False) -> Restoration:
    """Put a verified backup where this server is configured to keep its data.

    Raises Refused: the backup is damaged or of another kind or release, the database is not empty or is in use. Until
    the last moment everything stays as it was; files that came with a refused restore are named by nothing.
    """
    manifest = _required(verify_backup(backup))
    _require_fitting(manifest)
    if not is_forced and not is_empty_database():
        raise Refused(_("This database is not empty. --force replaces all of it; make a backup of it first."))
    try:
        _restore_evidence(backup, manifest)
        renewal = load_database(backup, manifest, renew)
    except StoreUnavailable as fault:
        raise Refused(_("The evidence store does not answer: %s. The database was not changed.") % fault) from fault
    is_key_placed = place_key(backup)
    return Restoration(manifest, renewal, is_key_placed, [] if is_key_placed else courts_without_working_key())


def _required(verification: Verification) -> Manifest:
    if verification.manifest is None or verification.is_damaged:
        found = "\n".join(f"  {each.what}: {each.says}" for each in verification.problems if each.is_damage)
        raise Refused(_("This backup is damaged; nothing was changed.\n%s") % found)
    return verification.manifest


def _require_fitting(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        kinds = {"copied": manifest.database, "configured": connection.vendor}
        message = _("This backup is of %(copied)s, and %(configured)s is configured: a copy goes back into the same.")
        raise Refused(message % kinds)
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    apps = {app for app, _name in known}
    if any(app in apps and (app, name) not in known for app, name in manifest.migrations):
        raise Refused(
            _("This backup is of a newer release: install %s and restore with it.") % manifest.product_version
        )


def _restore_evidence(backup: Path, manifest: Manifest) -> None:
    progress, blobs = Progress(_("Restoring files")), store.current_store()
    try:
        for file in manifest.evidence():
            blobs.write_path(file.path, blocks_of(backup / EVIDENCE_FOLDER / file.path))
            progress.count(file.size)
    finally:
        progress.end()
