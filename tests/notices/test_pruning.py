"""Old notices are forgotten: those that were read, with what their receivers took, and no others."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from server.common.clock import now
from server.config.beat import forget_read_notices
from server.notices.models import Delivery, DeliveryAttempt, Notice
from server.notices.services import add_webhook, make_digests, mark_read, tell
from tests.actors import Cast
from tests.notices.conftest import Clock
from tests.notices.test_inbox import draft, waiting


@pytest.fixture(autouse=True)
def kept_for(settings: Any) -> None:
    settings.NOTICE_DAYS = 100


def told(cast: Cast, *keys: str, is_read: bool = True) -> list[Notice]:
    made = tell([draft(cast.holder, key) for key in keys])
    if is_read:
        mark_read(officer=cast.holder, ids=[each.pk for each in made])
    return made


def left() -> set[str]:
    return set(Notice.objects.values_list("key", flat=True))


def test_what_was_read_long_ago_goes_and_what_nobody_read_stays(
    clock: Clock, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    told(cast, "old")
    told(cast, "unread", is_read=False)
    clock.moment += timedelta(days=99)
    told(cast, "new")
    forget_read_notices()
    assert left() == {"old", "unread", "new"}
    clock.moment += timedelta(days=2)
    with caplog.at_level(logging.INFO):
        forget_read_notices()
    assert left() == {"unread", "new"}
    assert "1 old notices and 0 deliveries forgotten; 1 never read" in caplog.text


def test_a_digest_goes_with_its_lines_and_none_of_them_is_told_again(clock: Clock, cast: Cast) -> None:
    waiting(cast, "1", "2")
    clock.on(11, 3)
    assert make_digests() == 1
    waiting(cast, "3")
    clock.moment += timedelta(days=200)
    forget_read_notices()
    assert Notice.objects.count() == 4, "nobody has read it"
    digest = Notice.objects.get(kind="digest")
    mark_read(officer=cast.director, ids=[digest.pk])
    clock.moment += timedelta(days=101)
    forget_read_notices()
    assert left() == {"3"}
    assert make_digests() == 1


def test_deliveries_that_were_taken_go_with_their_log_and_those_given_up_stay(clock: Clock, cast: Cast) -> None:
    add_webhook(court=cast.court, name="oa", url="https://oa.court.test/in", kinds=[])
    for key, state in (("taken", "delivered"), ("lost", "given_up"), ("waits", "waiting")):
        (notice,) = told(cast, key)
        delivery = Delivery.objects.get(notice=notice)
        DeliveryAttempt.objects.create(delivery=delivery, number=1, began_at=now())
        delivery.state, delivery.delivered_at = state, now() if state == "delivered" else None
        delivery.save()
    clock.moment += timedelta(days=101)
    forget_read_notices()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"given_up", "waiting"}
    assert DeliveryAttempt.objects.count() == 2
    assert left() == {"lost", "waits"}


def test_many_are_forgotten_a_few_at_a_time(clock: Clock, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.notices.services.pruning.AT_ONCE", 2)
    told(cast, *map(str, range(5)))
    clock.moment += timedelta(days=101)
    forget_read_notices()
    assert left() == set()
