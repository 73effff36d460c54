"""Somebody outside says when each ledger stood where; and a bundle proves it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from server.bundle.models import HeadStamp
from server.bundle.stamping import stamp_heads
from server.common.clock import set_clock
from server.config.operations.stamp_health import stamp_findings
from server.ledger.models import Head
from server.people.streams import court_stream
from tests.actors import Cast
from tests.bundle.authority import Authority, serving
from tests.bundle.bundles import act, case_with_acts, deliver, exported, unpack, verify
from tests.bundle.forging import relist

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(settings: Settings, tmp_path: Path) -> Iterator[Authority]:
    made = Authority()
    (tmp_path / "ca.pem").write_bytes(made.pem)
    settings.TIMESTAMP_CA_FILE = tmp_path / "ca.pem"
    with serving(made) as address:
        settings.TIMESTAMP_URL = address
        yield made


@pytest.fixture
def days() -> Iterator[list[datetime]]:
    """The clock, to be set to another day."""
    clock = [datetime.now(UTC)]
    set_clock(lambda: clock[0])
    yield clock
    set_clock(None)


def codes() -> list[str]:
    return [finding.code for finding in stamp_findings()]


def test_each_head_is_stamped_once_a_day_and_only_if_it_moved(
    cast: Cast, authority: Authority, days: list[datetime]
) -> None:
    streams = Head.objects.filter(position__gt=0).count()
    assert stamp_heads() == streams
    assert stamp_heads() == 0
    stamp = HeadStamp.objects.get(stream=court_stream(cast.court.pk))
    assert stamp.hash == Head.objects.get(pk=stamp.stream).hash
    days[0] += timedelta(days=1)
    assert stamp_heads() == 0, "nothing has moved"
    case_with_acts(cast, acts=1, photos_each=0)
    assert stamp_heads() == 1
    assert authority.asked == streams + 1
    assert codes() == ["timestamps"]


@pytest.mark.parametrize("fault", ["down", "refuse", "other head", "other nonce", "no stamper"])
def test_what_is_no_timestamp_is_not_kept_and_is_asked_for_again(
    cast: Cast, authority: Authority, days: list[datetime], fault: str
) -> None:
    streams = Head.objects.filter(position__gt=0).count()
    authority.faults += [fault] * streams
    assert stamp_heads() == 0
    assert set(HeadStamp.objects.values_list("attempts", "token", "stamped_at")) == {(1, b"", None)}
    assert all(HeadStamp.objects.values_list("fault", flat=True))
    assert codes() == ["timestamps_wait"]
    assert stamp_heads() == 0, "not before its time"
    days[0] += timedelta(minutes=3)
    assert stamp_heads() == streams
    assert codes() == ["timestamps"]


def test_an_authority_that_is_silent_for_days_is_a_fault(
    cast: Cast, authority: Authority, days: list[datetime]
) -> None:
    authority.faults += ["down"] * 50
    stamp_heads()
    days[0] += timedelta(days=3)
    assert codes() == ["timestamps_late"]


def test_without_an_authority_doctor_says_so(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    assert stamp_heads() == 0
    assert codes() == ["timestamps_none"]
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    assert codes() == ["timestamps_unknown", "timestamps"]
    settings.TIMESTAMP_CA_FILE = tmp_path / "none.pem"
    assert codes()[0] == "timestamps_authority"


def stamped_bundle(cast: Cast, folder: Path) -> Path:
    case, phone = case_with_acts(cast, acts=1, photos_each=1)
    stamp_heads()
    act(phone, case, [])
    deliver(phone, [])
    exported(case, folder / "stamped.zip", cast)
    return unpack(folder / "stamped.zip", folder / "stamped")


def test_a_bundle_carries_the_timestamps_and_verifies_them(cast: Cast, authority: Authority, tmp_path: Path) -> None:
    folder = stamped_bundle(cast, tmp_path)
    told = verify(folder)
    assert told.code == 0, told.says
    assert "timestamps 1, the last of " in told.says
    assert "chain to timestamps/authority.pem" in told.says


def test_a_timestamp_over_another_head_or_by_another_hand_is_named(
    cast: Cast, authority: Authority, tmp_path: Path
) -> None:
    folder = stamped_bundle(cast, tmp_path)
    (row,) = (json.loads(line) for line in (folder / "timestamps/timestamps.jsonl").read_text().splitlines())
    token, head = folder / row["token"], folder / row["head"]
    whole = token.read_bytes()
    for path, content, says in (
        (token, whole[:-1] + bytes([whole[-1] ^ 1]), "its signature does not verify"),
        (token, whole[:40], "is no timestamp: cut"),
        (head, bytes(32), "is no head of this ledger"),
    ):
        path.write_bytes(content)
        relist(folder)
        told = verify(folder)
        assert told.code == 1
        assert says in told.first
        token.write_bytes(whole)
    head.write_bytes(bytes.fromhex(HeadStamp.objects.get(stream=court_stream(cast.court.pk)).hash))
    (folder / "timestamps/authority.pem").write_bytes(Authority().pem)
    relist(folder)
    assert verify(folder).first == f"{row['token']}: does not lead to the authority in the bundle"


def test_where_nobody_says_who_the_authority_is_the_verifier_says_so(
    cast: Cast, authority: Authority, settings: Settings, tmp_path: Path
) -> None:
    settings.TIMESTAMP_CA_FILE = None
    told = verify(stamped_bundle(cast, tmp_path))
    assert told.code == 0
    assert "not checked: who the authority is" in told.says
