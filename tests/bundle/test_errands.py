"""The bundle of a case has the errands that were asked in it: what was told, signed, and what was fed back."""

import hashlib
import json
from pathlib import Path

import pytest

from server.common.signing import open_text
from server.people.keys import signing_key_of
from tests.actors import Cast
from tests.bundle.bundles import exported, unpack, verify
from tests.matters.conftest import Errand, Partners, case, errand, partners
from tests.matters.test_devices import record
from tests.pictures import jpeg
from tests.sync.pushing import phone_of

__all__ = ["case", "errand", "partners"]
pytestmark = pytest.mark.django_db


def test_errands_come_with_their_signed_texts_and_what_was_fed_back(
    errand: Errand, cast: Cast, partners: Partners, tmp_path: Path
) -> None:
    draft, waiting, done = errand.draft(), errand.assigned(), errand.assigned()
    phone, photos = phone_of(cast.stranger), [jpeg(seed=1), jpeg(seed=2)]
    for matter, photo in ((done, photos[0]), (waiting, photos[1])):
        record(phone, matter, photo)
    phone.push()
    for photo in photos:
        assert phone.upload(photo) == 204
    errand.feed_back(errand.freeze(done))
    exported(errand.case, tmp_path / "bundle.zip", cast)
    folder = unpack(tmp_path / "bundle.zip", tmp_path / "bundle")
    assert verify(folder).code == 0
    rows = {row["number"]: row for row in map(json.loads, (folder / "errands.jsonl").read_text("utf-8").splitlines())}
    assert rows.keys() == {waiting.number, done.number}, f"not {draft.number}"
    assert [each["of"] for each in rows[done.number]["snapshots"]] == ["request", "feedback"]
    feedback = rows[done.number]["snapshots"][1]
    key = cast.other_court.keys.get(kid=signing_key_of(cast.other_court).kid)
    told = open_text("matter", (folder / feedback["path"]).read_text().strip(), bytes(key.public_key))
    assert told["results"][0]["code"] == "FROZEN"
    assert [each["is_result"] for each in rows[done.number]["papers"]].count(True) == 1
    assert [each["sha256"] for each in rows[done.number]["files"]] == [hashlib.sha256(photos[0]).hexdigest()]
    assert rows[waiting.number]["files"] == [], "not before it is fed back"
    assert not any(each["is_result"] for each in rows[waiting.number]["papers"])
    (folder / feedback["path"]).write_text("another\n")
    assert verify(folder).first


def test_a_case_without_errands_has_no_list_of_them(fresh_bundle: Path) -> None:
    assert not (fresh_bundle / "errands.jsonl").exists()
