"""What a file says of itself stands beside what its device said: a claim, compared only where the two can be."""

import hashlib
from typing import Any

import pytest

from server.cases.models import Case
from server.evidence.services.previews import make_pending_previews
from tests import pictures
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

pytestmark = pytest.mark.django_db
WGS84, GCJ02 = "WGS-84", "GCJ-02"


def captured(cast: Cast, phone: TestDevice, case: Case, photo: bytes, position: dict[str, Any]) -> dict[str, Any]:
    """As the life of the photo tells it, and whether its page warns."""
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[photo], position=position)
    phone.push()
    assert phone.upload(photo) == 204
    make_pending_previews()
    sha256 = hashlib.sha256(photo).hexdigest()
    told = browser_of(cast.duty).get(f"/api/v1/evidence/{sha256}/life").json()["captured"][0]
    page = browser_of(cast.duty).get(f"/centre/evidence/{sha256}").content.decode()
    return {**told, "page": page, "warns": "设备与文件自述不一致" in page}


@pytest.mark.parametrize(
    ("stated", "datum", "metres"),
    [
        ("WGS84", WGS84, 0),
        ("WGS84", "", 0),
        ("", WGS84, 0),
        (GCJ02, WGS84, None),
        (GCJ02, "", None),
        (GCJ02, GCJ02, 0),
    ],
)
def test_the_same_place_is_compared_in_one_system_alone(
    cast: Cast, phone: TestDevice, held: Case, stated: str, datum: str, metres: int | None
) -> None:
    photo = pictures.jpeg(metadata=pictures.exif(position=(26.5, 119.5), datum=datum))
    position = {"lat": 26.5, "lon": 119.5, "accuracy": 8} | ({"crs": stated} if stated else {})
    told = captured(cast, phone, held, photo, position)
    assert (told["metres_apart"], told["warns"]) == (metres, False)
    assert told["file_position"].get("crs", "") == datum
    assert "26.50000, 119.50000" + (f" {stated}" if stated else "") in told["page"]


def test_a_photo_of_elsewhere_is_said_to_be_so(cast: Cast, phone: TestDevice, held: Case) -> None:
    photo = pictures.jpeg(metadata=pictures.exif(position=(26.6, 119.5)))
    told = captured(cast, phone, held, photo, {"lat": 26.5, "lon": 119.5, "accuracy": 8, "crs": "WGS84"})
    assert 11_000 < told["metres_apart"] < 11_200
    assert told["warns"]
