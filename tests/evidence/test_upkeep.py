"""What crashes leave lying about is put right, and nothing that is needed is touched."""

import os
import time
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from server.common.clock import now
from server.evidence import services
from server.evidence.models import ProvisionalThumbnail, StoredFile
from server.evidence.store import BlobMissing, current_store
from tests import pictures
from tests.evidence.uploading import Uploader, promise, sha256_of, states_of

PHOTO = pictures.jpeg(seed=61)


def two_days_pass(settings: Settings) -> None:
    for part in (settings.EVIDENCE_DIR / "partials").iterdir():
        os.utime(part, (time.time() - 2 * 86400,) * 2)


def test_the_sweep_forgets_old_chunks_nobody_names_and_no_other(uploader: Uploader, settings: Settings) -> None:
    promise(uploader.phone, PHOTO)
    uploader.patch(sha256_of(PHOTO), 0, PHOTO[:500])
    orphan = current_store().put_part(b"of a request that died")
    assert services.sweep_parts(named_elsewhere=set) == 0
    two_days_pass(settings)
    fresh = current_store().put_part(b"of a request under way")
    assert services.sweep_parts(named_elsewhere=set) == 1
    with pytest.raises(BlobMissing):
        current_store().read_part(orphan)
    current_store().read_part(fresh).close()
    uploader.deliver(PHOTO)
    assert states_of(uploader.phone.id) == ["verified"]


def test_previews_that_are_overdue_are_asked_for_again(uploader: Uploader) -> None:
    promise(uploader.phone, PHOTO)
    uploader.deliver(PHOTO)
    small = pictures.jpeg((160, 120), seed=62)
    services.store_thumbnails(uploader.phone.device, {sha256_of(small): small})
    DBTaskResult.objects.all().delete()
    assert services.enqueue_overdue_previews() == 0
    StoredFile.objects.update(stored_at=now() - timedelta(hours=1))
    ProvisionalThumbnail.objects.update(received_at=now() - timedelta(hours=1))
    assert services.enqueue_overdue_previews() == 2
    assert DBTaskResult.objects.count() == 2
