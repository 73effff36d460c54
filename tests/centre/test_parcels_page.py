"""Work carried to a desk, and stores that only two persons open: one form each, without a script."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from client_sdk import FieldClient, escrow, vault
from server.centre import parcels
from server.people.models import Device, Officer, TwoPersonAct
from server.people.services import issue_enrolment_code
from server.sync.models import Operation, Parcel
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db
PASSPHRASE = "三号楼的钥匙"


@pytest.fixture
def author(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FieldClient:
    """She recorded an act with a photo where there is no net."""
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    case = hold(file_one(cast), cast.group)
    code = issue_enrolment_code(officer=cast.holder)
    field = FieldClient.enrol(
        "http://court.test", code=code, store=tmp_path / "a.db", passphrase=PASSPHRASE, transport=DjangoLine()
    )
    field.sync()
    field.record_action(case_id=case.pk, kind="LOCATE", fields=COMPLETE, photos=[field.capture(jpeg())])
    return field


@pytest.fixture
def parcel(author: FieldClient, tmp_path: Path) -> Path:
    author.export_parcel(tmp_path / "work.zxp")
    return tmp_path / "work.zxp"


def hand_in(officer: Officer, file: Path) -> tuple[int, str]:
    uploaded = SimpleUploadedFile(file.name, file.read_bytes())
    answer = browser_of(officer).post("/centre/parcels", {"parcel": uploaded}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_parcel_handed_in_is_taken_and_listed_with_who_brought_it(parcel: Path, cast: Cast) -> None:
    status, page = hand_in(cast.duty, parcel)
    assert (status, Operation.objects.get().status) == (200, "applied")
    assert "已接收" in page
    row = seen_by(cast.duty, "/centre/devices").one("section[id=parcels]").all("tr")[1].text
    assert (cast.holder.name in row, cast.duty.name in row, "1–1" in row) == (True, True, True)
    assert hand_in(cast.duty, parcel)[0] == 200
    assert (Parcel.objects.count(), Operation.objects.count()) == (1, 1)


def test_one_that_waits_says_what_is_missing(author: FieldClient, cast: Cast, tmp_path: Path) -> None:
    author.sync()
    author.record_action(case_no="（2026）闽0924执7号", kind="LOCATE", fields=COMPLETE)
    author.export_parcel(tmp_path / "later.zxp")
    parcel = tmp_path / "later.zxp"
    hand_in(cast.duty, parcel)
    row = Parcel.objects.get()
    Parcel.objects.update(state=Parcel.State.WAITING, code="sequence_gap", first_seq=row.last_seq + 3)
    page = seen_by(cast.director, "/centre/devices").one("section[id=parcels]").text
    assert "等待前序内容" in page
    assert f"缺少第 {row.last_seq + 1} 至 {row.last_seq + 2} 条" in page


def test_what_is_no_parcel_or_too_large_is_refused_in_words(
    parcel: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = parcel.with_name("spoilt.zxp")
    spoilt.write_bytes(parcel.read_bytes()[:-70] + b"x" * 70)
    assert hand_in(cast.duty, spoilt)[0] == 422
    assert browser_of(cast.duty).post("/centre/parcels").status_code == 404
    monkeypatch.setattr(parcels, "LARGEST_FORM", 10)
    status, page = hand_in(cast.duty, parcel)
    assert (status, "最多接收" in page) == (413, True)


@pytest.mark.parametrize("who", ["holder", "inspector", "stranger", "supervisor"])
def test_others_hand_in_nothing_and_see_no_list(parcel: Path, cast: Cast, who: str) -> None:
    assert hand_in(getattr(cast, who), parcel)[0] == 403
    assert not Parcel.objects.exists()
    hand_in(cast.duty, parcel)
    assert not seen_by(getattr(cast, who), "/centre/devices").all("section[id=parcels]")


def test_a_forgotten_passphrase_is_opened_by_two_persons_on_the_page(
    author: FieldClient, cast: Cast, tmp_path: Path
) -> None:
    store, asked = tmp_path / "a.db", tmp_path / "asked.json"
    author.close()
    escrow.save_request(escrow.request_escrow(store), asked)
    ask(cast.duty, asked)
    [act] = TwoPersonAct.objects.all()
    assert not re.findall(r"two-person-acts/[0-9a-f-]{36}/approve", page_of(cast.duty))
    browser_of(cast.director).post(f"/centre/two-person-acts/{act.pk}/approve")
    link = f"/api/v1/two-person-acts/{act.pk}"
    for officer in (cast.duty, cast.director):
        assert link in page_of(officer)
    assert link not in page_of(cast.sysadmin)
    grant = browser_of(cast.duty).get(link).json()["outcome"]["grant"]
    escrow.open_with_grant(store, grant, (tmp_path / "asked.json.key").read_bytes(), "新口令新口令")
    FieldClient.open(store, passphrase="新口令新口令", transport=DjangoLine()).close()


def test_a_request_that_is_none_is_refused_and_strangers_ask_nothing(
    author: FieldClient, cast: Cast, tmp_path: Path
) -> None:
    author.close()
    for text in (b"", b"[]", b"{}", b"\xff"):
        (tmp_path / "none.json").write_bytes(text)
        assert ask(cast.duty, tmp_path / "none.json") == 422
    escrow.save_request(escrow.request_escrow(tmp_path / "a.db"), tmp_path / "asked.json")
    codes = [ask(getattr(cast, who), tmp_path / "asked.json") for who in ("holder", "stranger", "inspector")]
    assert codes == [403, 404, 404]
    assert not TwoPersonAct.objects.exists()


def ask(officer: Officer, file: Path) -> int:
    uploaded = SimpleUploadedFile(file.name, file.read_bytes())
    path = f"/centre/devices/{Device.objects.get().pk}/escrow"
    return browser_of(officer).post(path, {"request": uploaded, "reason": "忘记口令"}).status_code


def page_of(officer: Officer) -> str:
    return browser_of(officer).get("/centre/devices").content.decode()
