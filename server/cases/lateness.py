"""Was an act brought in late? Its own time starts clocks all the same."""

from datetime import datetime, timedelta

from django.conf import settings


def late_after() -> timedelta:
    """Counted from the act: when a device was back in the net, no server can know."""
    return timedelta(hours=settings.LATE_UPLOAD_HOURS)


def is_late_upload(recorded_at: datetime, received_at: datetime) -> bool:
    return received_at - recorded_at > late_after()
