"""Between processes: a layer makes it faster, and one that is dead slows nothing."""

import time
from collections.abc import Iterator

import pytest
import redis

from server.people.services import issue_enrolment_code
from server.realtime.hints import GROUP
from tests.actors import Cast
from tests.backends.processes import free_ports
from tests.devices import HttpTransport, TestDevice
from tests.realtime.ledgers import place_of
from tests.realtime.serving import daphne, session_of, watching
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_webs(valkey: str, transactional_db: None) -> Iterator[tuple[str, str]]:
    with daphne(REDIS_URL=valkey) as one, daphne(REDIS_URL=valkey) as other:
        yield one, other


def phone_at(url: str, cast: Cast) -> TestDevice:
    phone = TestDevice(HttpTransport(url))
    phone.enrol(issue_enrolment_code(officer=cast.holder))
    return phone


def test_what_one_process_appends_a_watcher_of_the_other_sees_within_a_second(
    two_webs: tuple[str, str], valkey: str, cast: Cast
) -> None:
    pushed_to, watched_at = two_webs
    case = hold(file_one(cast), cast.group)
    phone = phone_at(pushed_to, cast)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    with watching(watched_at, session_of(cast.duty), place_of(cast.court)) as screen:
        wait_for_listeners(valkey)
        phone.push()
        pushed_at = time.monotonic()
        screen.until(lambda: any(entry["kind"] == "action_recorded" for entry in screen.applied))
        assert time.monotonic() - pushed_at < 1.5  # a second, and a busy machine


def wait_for_listeners(url: str) -> None:
    deadline = time.monotonic() + 20
    with redis.Redis.from_url(url) as client:
        while not client.zcard(f"asgi:group:{GROUP}"):
            assert time.monotonic() < deadline, "the web process never joined the hints"
            time.sleep(0.02)


def test_a_dead_layer_neither_fails_nor_slows_a_push_and_watchers_still_see_it(
    cast: Cast, transactional_db: None
) -> None:
    (closed_port,) = free_ports(1)
    case = hold(file_one(cast), cast.group)
    with daphne(REDIS_URL=f"redis://127.0.0.1:{closed_port}/0") as web:
        phone = phone_at(web, cast)
        with watching(web, session_of(cast.duty), place_of(cast.court)) as screen:
            phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
            began = time.monotonic()
            assert phone.push()["results"][0]["status"] == "applied"
            assert time.monotonic() - began < 3
            screen.until(lambda: any(entry["kind"] == "action_recorded" for entry in screen.applied), seconds=5)
