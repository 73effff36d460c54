"""What the worker does with evidence, each a row enqueued in the transaction that makes it necessary."""

from uuid import UUID

from django_tasks import task


@task()
def examine_file(sha256: str) -> None:
    """Preview, EXIF and SM3 of verified bytes."""
    from server.evidence.services.previews import make_preview

    make_preview(sha256)


@task()
def draw_provisional(device_id: str) -> None:
    """Our own picture of each thumbnail a device sent."""
    from server.evidence.services.previews import draw_provisional_thumbnails

    draw_provisional_thumbnails(UUID(device_id))
