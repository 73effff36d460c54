"""SECRET_KEY beside a backup: without it the private keys of courts in the copied database stay sealed for ever."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from server.config.operations.folder import CopiedFile, DraftFolder
from server.config.operations.manifest import KEY_FILE
from server.evidence.file_store import sync_folder
from server.people.keys import private_key_of
from server.people.models import CourtKey
from server.people.sealing import CannotUnseal


def is_kept_in_data_dir() -> bool:
    """The embedded default made its own; otherwise the environment holds it, and so must whoever runs the server."""
    return not settings.ENVIRONMENT.secret_key


def copy_key(folder: DraftFolder) -> CopiedFile | None:
    if not is_kept_in_data_dir():
        return None
    return folder.write(KEY_FILE, [(settings.DATA_DIR / KEY_FILE).read_bytes()])


def place_key(backup: Path) -> bool:
    """Put the copied key where the embedded default looks for it; the one there stays beside it. Says if it did."""
    copied, target = backup / KEY_FILE, settings.DATA_DIR / KEY_FILE
    if not copied.exists() or not is_kept_in_data_dir():
        return False
    text = copied.read_bytes()
    if target.exists() and target.read_bytes() == text:
        return True
    if target.exists():
        target.rename(target.with_name(f"{KEY_FILE}.before-restore-{secrets.token_hex(4)}"))
    draft = target.with_name(f"{KEY_FILE}.restoring")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)
    return True


def courts_without_working_key() -> list[str]:
    """Names of courts whose signing key is not there, or sealed under another SECRET_KEY: they can sign nothing."""
    keys = CourtKey.objects.filter(purpose=CourtKey.Purpose.SIGNING).select_related("court").order_by("pk")
    return sorted({key.court.name for key in keys if not _opens(key)} | set(_courts_without_any()))


def _courts_without_any() -> list[str]:
    from server.people.models import Court

    signing = CourtKey.objects.filter(purpose=CourtKey.Purpose.SIGNING).values("court")
    return list(Court.objects.filter(reach=Court.Reach.HERE).exclude(pk__in=signing).values_list("name", flat=True))


def _opens(key: CourtKey) -> bool:
    try:
        private_key_of(key)
    except CannotUnseal:
        return False
    return True
