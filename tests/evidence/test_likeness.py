"""The same picture in two cases: a hint on its page, without the number of a case one may not read."""

from io import BytesIO

import pytest
from PIL import Image

from server.cases.models import Case
from server.evidence import services
from server.evidence.likeness import Alike, alike_to
from server.evidence.limited import dhash
from server.people.models import Role
from tests import pictures
from tests.actors import Cast, Phone, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.evidence.uploading import Uploader, promise, sha256_of


def picture(turned: int = 0) -> Image.Image:
    """Something a hash can tell apart: noise at the scale of its places, brighter to one side."""
    small = Image.frombytes("L", (9, 8), bytes((place * (37 + turned) + place // 9 * 101) % 256 for place in range(72)))
    return small.resize((640, 480), Image.Resampling.BICUBIC).convert("RGB")


def saved(image: Image.Image, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


PHOTO = saved(picture(), quality=95)
SMALLER = saved(picture().resize((500, 375)), quality=60)
OTHER = saved(picture(turned=13), quality=95)


def taken(phone: Phone, content: bytes, *cases: Case) -> str:
    promise(phone, content, *cases)
    Uploader(phone).deliver(content)
    services.make_preview(sha256_of(content))
    return sha256_of(content)


@pytest.fixture
def second_case(cast: Cast) -> Case:
    return file_one(cast, 811)


def test_the_hash_survives_scaling_and_saving_and_tells_others_apart() -> None:
    marks = [int(dhash(Image.open(BytesIO(content))), 16) for content in (PHOTO, SMALLER, OTHER)]
    assert (marks[0] ^ marks[1]).bit_count() <= 3
    assert (marks[0] ^ marks[2]).bit_count() > 10


def test_the_same_file_in_another_case_is_hinted(cast: Cast, phone: Phone, held_case: Case, second_case: Case) -> None:
    sha256 = taken(phone, PHOTO, held_case)
    assert alike_to(cast.duty, [sha256]) == {}
    promise(phone, PHOTO, second_case)
    assert alike_to(cast.duty, [sha256]) == {sha256: [Alike(second_case.pk, second_case.case_no, True, True)]}


def test_a_picture_that_looks_alike_is_hinted_from_both_sides(
    cast: Cast, phone: Phone, held_case: Case, second_case: Case
) -> None:
    first, second = taken(phone, PHOTO, held_case), taken(phone, SMALLER, second_case)
    taken(phone, OTHER, second_case)
    found = alike_to(cast.duty, [first, second])
    assert found[first] == [Alike(second_case.pk, second_case.case_no, True, False)]
    assert found[second] == [Alike(held_case.pk, held_case.case_no, True, False)]


def test_the_number_of_a_case_one_may_not_read_is_not_told(cast: Cast, phone: Phone, held_case: Case) -> None:
    theirs = file_one(cast, 812, court=cast.other_court, case_no="（2026）闽0925执812号")
    own = file_one(cast, 813)
    sha256 = taken(phone, PHOTO, held_case)
    promise(phone, PHOTO, theirs)
    promise(phone, PHOTO, own)
    seen = alike_to(cast.holder, [sha256])[sha256]
    assert sorted((each.case_id, each.case_no, each.is_of_this_court) for each in seen) == [
        (None, "", False),
        (None, "", True),
    ]
    page = browser_of(cast.holder).get(f"/centre/evidence/{sha256}").content.decode()
    assert "本院另一案件" in page
    assert own.case_no not in page
    assert theirs.case_no not in page
    reader = officer_of(cast.other_court, "250204", "值班", Role.COMMAND_CENTRE)
    (other, *_rest) = alike_to(reader, [sha256])[sha256]
    assert other.case_no == ""


def test_one_act_for_two_cases_of_a_debtor_is_no_hint(
    cast: Cast, phone: Phone, held_case: Case, second_case: Case
) -> None:
    sha256 = taken(phone, PHOTO, held_case, second_case)
    assert alike_to(cast.duty, [sha256]) == {}


def test_the_same_case_twice_is_no_hint(cast: Cast, phone: Phone, held_case: Case) -> None:
    first = taken(phone, PHOTO, held_case)
    taken(phone, SMALLER, held_case)
    assert alike_to(cast.duty, [first]) == {}


def test_dark_pictures_look_like_each_other_and_say_nothing(
    cast: Cast, phone: Phone, held_case: Case, second_case: Case
) -> None:
    first = taken(phone, saved(Image.new("RGB", (64, 48), "black")), held_case)
    taken(phone, saved(Image.new("RGB", (96, 72), "black")), second_case)
    assert alike_to(cast.duty, [first]) == {}


def test_the_page_and_the_api_tell_the_whole_life(cast: Cast, phone: Phone, held_case: Case) -> None:
    sha256 = taken(phone, pictures.jpeg(seed=71, metadata=pictures.exif(orientation=1)), held_case)
    href = f"/api/v1/evidence/{sha256}"
    browser_of(cast.duty).get(href, {"purpose": "download", "reason": "<b>附卷</b>"}).getvalue()
    browser_of(cast.stranger).get(href)
    life = browser_of(cast.duty).get(f"{href}/life").json()
    assert (life["sha256"], len(life["sm3"]), len(life["captured"])) == (sha256, 64, 1)
    codes = [step["code"] for step in life["steps"]]
    assert {"promised", "stored", "verified", "receipt"} <= set(codes)
    assert codes[-1] == "download"
    assert (life["steps"][-1]["who"], life["steps"][-1]["reason"]) == ("吴值", "<b>附卷</b>")
    assert "refused" not in codes
    assert browser_of(cast.inspector).get(f"{href}/life").json()["steps"][-1]["code"] == "refused"
    own = browser_of(cast.holder).get(f"{href}/life").json()
    assert "download" not in [step["code"] for step in own["steps"]], "he watches no court: his own readings alone"
    page = browser_of(cast.duty).get(f"/centre/evidence/{sha256}").content.decode()
    assert "&lt;b&gt;附卷&lt;/b&gt;" in page
    assert life["sm3"] in page
    assert "已读回并核验" in page


def test_a_stranger_finds_no_life(cast: Cast, phone: Phone, held_case: Case) -> None:
    sha256 = taken(phone, PHOTO, held_case)
    for who in (cast.stranger, cast.sysadmin, cast.bystander):
        assert browser_of(who).get(f"/api/v1/evidence/{sha256}/life").json()["code"] == "evidence_not_found"
        assert browser_of(who).get(f"/centre/evidence/{sha256}").status_code == 404
