"""A court without Zhixing: a package goes out, a file comes back, and what it says is entered on its behalf."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError

from server.common.errors import DomainError
from server.common.signing import open_text
from server.ledger.models import Entry
from server.matters.models import Matter, MatterIntake
from server.matters.queries import last_of, told
from server.matters.services import Asked, draft_matter, enter_result, make_package
from server.matters.states import Move
from server.people.keys import signing_key_of
from server.people.models import Court, Officer
from server.people.services import create_partner
from server.people.streams import court_stream
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.matters.conftest import FREEZE, Errand, Partners, at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BY = {"name": "李四", "phone": "020-1"}
FROZEN = {"code": "FROZEN", "amount": "80000", "expires_on": "2027-11-01"}
TALK = {"name": "林岚", "text": "材料缺函"}


@pytest.fixture
def asked(errand: Errand, cast: Cast) -> Matter:
    """Sent to a court without Zhixing."""
    court = create_partner(code="粤0199", name="南沙人民法院", level=Court.Level.BASIC, reach=Court.Reach.PACKAGE)
    said = Asked(kind="DEPOSIT_FREEZE", request={**FREEZE, "text": "<b>全部</b>"})
    matter = draft_matter(case=errand.case, to_court=court, asked=said, by=cast.holder).matter
    errand.with_papers(matter)
    errand.move(matter, Move.SUBMIT, cast.holder)
    return errand.move(matter, Move.APPROVE, cast.director)


def form(matter: Matter, **said: Any) -> bytes:
    members = {"format": "zhixing-matter-result@1", "matter": str(matter.pk), "by": BY, **said}
    return json.dumps(members, ensure_ascii=False).encode()


def steps(*names: str, **said: Any) -> list[dict[str, Any]]:
    handlers = {"assign": {"handler": {"name": "王五", "phone": "020-2"}}}
    return [{"step": name, **handlers.get(name, {}), **said} for name in names]


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name.replace("__", "."), content)
    return out.getvalue()


def enter(matter: Matter, cast: Cast, content: bytes, name: str = "结果.zip") -> MatterIntake:
    return enter_result(matter=matter, name=name, content=content, by=cast.director)


def refused(matter: Matter, cast: Cast, content: bytes) -> DomainError:
    with pytest.raises(DomainError) as caught:
        enter(matter, cast, content)
    return caught.value


def read(officer: Officer, sha256: str) -> bytes:
    return streamed(browser_of(officer).get(f"/api/v1/papers/{sha256}"))


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def views(matter: Matter, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    rows = Entry.objects.filter(subject_id=matter.pk, kind=kind).order_by("position")
    return [(json.loads(row.view), json.loads(row.facts)) for row in rows]


def test_the_package_has_the_request_its_papers_and_a_form_and_proves_itself(asked: Matter, cast: Cast) -> None:
    out = io.BytesIO()
    make_package(matter=asked, out=out, by=cast.holder)
    with zipfile.ZipFile(out) as package:
        files = {name: package.read(name) for name in package.namelist()}
    listed = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert listed == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name not in ("SHA256SUMS", "signature.txt")
    }
    assert json.loads(files["request.json"]) == told(last_of(asked, asked.from_court_id))
    assert len([name for name in files if name.startswith("papers/")]) == 6
    assert "&lt;b&gt;全部&lt;/b&gt;" in files["request.html"].decode()
    assert "sha256sum -c SHA256SUMS" in files["说明.txt"].decode()
    assert json.loads(files["result.schema.json"])["required"] == ["format", "matter", "by"]
    public = signing_key_of(asked.from_court)
    row = asked.from_court.keys.get(kid=public.kid)
    said = open_text("matter_package", files["signature.txt"].decode().splitlines()[-1], bytes(row.public_key))
    assert said["sums_sha256"] == hashlib.sha256(files["SHA256SUMS"]).hexdigest()
    assert len(views(asked, "matter_packed")) == 1


def test_a_whole_life_by_files_is_entered_on_behalf(asked: Matter, errand: Errand, cast: Cast) -> None:
    at_day(7)
    first = form(asked, steps=[*steps("sign_for", on="2026-11-03"), *steps("assign", on="2026-11-05")])
    enter(asked, cast, first, "签收.json")
    asked.refresh_from_db()
    assert (asked.state, asked.handler_name, asked.handler_phone) == ("IN_PROGRESS", "王五", "020-2")
    papers = [{"file": "回执.pdf", "slot": "receipt"}]
    second = form(asked, results=[FROZEN], papers=papers, steps=steps("feed_back"))
    enter(asked, cast, packed(result__json=second, 回执__pdf=b"%PDF-1.7 receipt"))
    shown = browser_of(cast.holder).get(f"/api/v1/matters/{asked.pk}").json()
    assert (shown["state"], shown["by_package"]) == ("FED_BACK", True)
    assert [each["slot"] for each in shown["result_papers"]] == ["receipt"]
    sha256 = hashlib.sha256(first).hexdigest()
    (signed,) = (move for move in shown["moves"] if move["move"] == "sign_for")
    assert (signed["by"], signed["court"]) == ("李四", str(asked.to_court_id))
    assert signed["entered"] == {"by": cast.director.name, "file": sha256}
    assert signed["at"].startswith("2026-11-03"), "the day it was done there"
    rows = asked.moves.filter(move__in=["sign_for", "feed_back"]).order_by("number")
    assert list(rows.values_list("was_late", flat=True)) == [False, False]
    assert read(cast.holder, sha256) == first
    assert read(cast.holder, shown["result_papers"][0]["sha256"]) == b"%PDF-1.7 receipt"
    entered = {"by": str(cast.director.pk), "for": str(asked.to_court_id), "file": sha256}
    told_of = [facts.get("entered") for view, facts in views(asked, "matter_moved") if view["move"] == "sign_for"]
    assert told_of == [entered]
    streams = set(
        Entry.objects.filter(subject_id=asked.pk, kind__startswith="matter_").values_list("stream", flat=True)
    )
    assert streams == {court_stream(cast.court.pk)}
    assert errand.move(asked, Move.CONFIRM, cast.holder).state == "CONFIRMED"


def test_a_table_as_spreadsheets_here_write_it_says_the_same(asked: Matter, cast: Cast) -> None:
    out = io.BytesIO()
    make_package(matter=asked, out=out, by=cast.director)
    with zipfile.ZipFile(out) as package:
        rows = list(csv.reader(io.StringIO(package.read("result.csv").decode("utf-8-sig"))))
    places = {name: place for place, name in enumerate(rows[0])}
    for row in rows[1:]:
        filled = {"by": {"姓名": "李四"}, "paper": {"文件名": "回执.pdf"}}.get(row[0], {})
        filled |= {"姓名": "王五"} if row[1] == "assign" else {}
        filled |= {"金额": "80000", "到期日": "2027-11-01"} if row[0] == "result" else {}
        for name, value in filled.items():
            row[places[name]] = value
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as file:
        for name, content in (("result.csv", table.getvalue().encode("gb18030")), ("回执.pdf", b"%PDF-1.7")):
            file.writestr(name.encode("gb18030").decode("cp437"), content)
    enter(asked, cast, _as_windows_names_them(zipped.getvalue()))
    asked.refresh_from_db()
    assert asked.state == "FED_BACK"
    assert [row.code for row in asked.results.all()] == ["FROZEN"]


def _as_windows_names_them(content: bytes) -> bytes:
    """Python marks such names as UTF-8: the same zip with GBK names, and without the mark."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as made:
        for info in given.infolist():
            made.writestr(_Unmarked(info.filename), given.read(info))
    return out.getvalue()


class _Unmarked(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def test_the_same_file_twice_is_once(asked: Matter, cast: Cast) -> None:
    content = form(asked, steps=steps("sign_for"))
    assert enter(asked, cast, content).pk == enter(asked, cast, content).pk
    assert asked.moves.filter(move="sign_for").count() == 1
    assert MatterIntake.objects.count() == 1


BAD: dict[str, tuple[Callable[[Matter], bytes], str]] = {
    "no form at all": (lambda matter: b"hello", "result.csv"),
    "no json": (lambda matter: b"{", "result.json"),
    "deep json": (lambda matter: b"[" * 100_000, "result.json"),
    "nothing said": (lambda matter: form(matter), "steps"),
    "another errand": (
        lambda matter: form(matter, steps=steps("sign_for")).replace(
            str(matter.pk).encode(), str(matter.case_id).encode()
        ),
        "matter",
    ),
    "an unknown member": (lambda matter: form(matter, moon=1), "moon"),
    "an unknown step": (lambda matter: form(matter, steps=steps("confirm")), "steps.0.step"),
    "nobody": (lambda matter: form(matter, by={"name": " "}, steps=steps("sign_for")), "by.name"),
    "a day to come": (lambda matter: form(matter, steps=steps("sign_for", on="2027-01-01")), "steps.0.sign_for"),
    "a day before": (lambda matter: form(matter, steps=steps("sign_for", on="2026-10-30")), "steps.0.sign_for"),
    "a reason there is none of": (
        lambda matter: form(matter, talks=[TALK], steps=steps("return", reason="WHY", text="x")),
        "steps.0.return",
    ),
    "a file that is absent": (
        lambda matter: form(matter, steps=steps("sign_for", "assign"), papers=[{"file": "a.pdf", "slot": "receipt"}]),
        "a.pdf",
    ),
    "a zip without a form": (lambda matter: packed(other__txt=b"x"), "zip"),
    "a broken zip": (lambda matter: b"PK\x03\x04 and no more", "zip"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_kept_with_its_faults_and_nothing_is_entered(name: str, asked: Matter, cast: Cast) -> None:
    make, place = BAD[name]
    content = make(asked)
    error = refused(asked, cast, content)
    assert (error.code, error.details["faults"][0]["place"]) == ("matter_result_unreadable", place)
    asked.refresh_from_db()
    assert (asked.state, asked.moves.count(), asked.talks.count()) == ("SENT", 3, 0)
    intake = MatterIntake.objects.get()
    assert (intake.state, intake.code, intake.faults) == ("refused", error.code, error.details["faults"])
    assert read(cast.director, intake.paper.sha256) == content
    assert enter(asked, cast, form(asked, steps=steps("sign_for"))).state == "entered", "a better one is taken"


def test_what_stands_against_a_step_stands_against_the_whole_file(asked: Matter, cast: Cast) -> None:
    cases = {
        "matter_no_contact": form(asked, steps=steps("sign_for", "ask_supplement", text="缺函")),
        "matter_handler_unfit": form(asked, steps=[{"step": "sign_for"}, {"step": "assign"}]),
        "matter_result_missing": form(asked, steps=steps("sign_for", "assign", "feed_back")),
        "matter_receipt_missing": form(asked, results=[FROZEN], steps=steps("sign_for", "assign", "feed_back")),
        "matter_result_invalid": form(asked, results=[{"code": "SERVED"}], steps=steps("sign_for", "assign")),
        "matter_not_in_state": form(asked, results=[FROZEN], steps=steps("sign_for")),
    }
    for code, content in cases.items():
        assert refused(asked, cast, content).code == code
        asked.refresh_from_db()
        assert (asked.state, asked.results.count()) == ("SENT", 0), code
    assert MatterIntake.objects.filter(state="refused").count() == len(cases)
    enter(asked, cast, form(asked, talks=[TALK], steps=steps("return", reason="WRONG_COURT", text="不在辖区")))
    asked.refresh_from_db()
    assert (asked.state, asked.talks.get().by_name) == ("RETURNED", "李四")


def test_its_centre_enters_and_nobody_else(asked: Matter, errand: Errand, cast: Cast, partners: Partners) -> None:
    content, path = form(asked, steps=steps("sign_for")), f"/api/v1/matters/{asked.pk}"
    for who, status in ((partners.far, 404), (cast.stranger, 404), (cast.holder, 403), (cast.supervisor, 403)):
        answer = browser_of(who).post(f"{path}/intakes", content, content_type="application/json")
        assert answer.status_code == status
    assert browser_of(partners.far).get(f"{path}/package").status_code == 404
    answer = browser_of(cast.holder).get(f"{path}/package")
    assert (answer["content-type"], streamed(answer)[:2]) == ("application/zip", b"PK")
    done = browser_of(cast.duty).post(f"{path}/intakes?name=a.json", content, content_type="application/json").json()
    assert (done["state"], done["name"], done["filled_by"], done["by"]) == ("entered", "a.json", "李四", cast.duty.name)
    assert browser_of(cast.holder).get(f"{path}/intakes").json() == [done]
    other = errand.sent()
    assert browser_of(cast.holder).get(f"/api/v1/matters/{other.pk}/package").status_code == 409
    assert refused(other, cast, form(other, steps=steps("sign_for"))).code == "matter_not_by_package"


def test_the_page_gives_the_package_and_takes_the_file(asked: Matter, cast: Cast) -> None:
    address = f"/centre/matters/{asked.pk}"
    card = seen_by(cast.director, address).one("section[id=package]")
    assert [link["href"] for link in card.all("a.btn")] == [f"/api/v1/matters/{asked.pk}/package"]
    assert not seen_by(cast.holder, address).one("section[id=package]").all("form")
    bad = SimpleUploadedFile("坏.json", b"{")
    assert browser_of(cast.director).post(f"{address}/intake", {"file": bad}).status_code == 422
    assert "不是 JSON" in seen_by(cast.director, address).one("section[id=package]").text
    good = SimpleUploadedFile("好.json", form(asked, steps=steps("sign_for")))
    assert browser_of(cast.director).post(f"{address}/intake", {"file": good}).status_code == 302
    shown = seen_by(cast.director, address)
    assert "已登记，填写人 李四" in shown.one("section[id=package]").text
    assert f"由 {cast.director.name} 代为登记" in shown.one("section[data-live=log]").text


def test_the_command_writes_it_and_enters_what_came_back(asked: Matter, cast: Cast, tmp_path: Path) -> None:
    given = [asked.number, "--by", cast.director.staff_no]
    call_command("matter_package", *given, "--out", str(tmp_path / "out.zip"), stdout=io.StringIO())
    assert zipfile.is_zipfile(tmp_path / "out.zip")
    (tmp_path / "result.json").write_bytes(b"{")
    with pytest.raises(CommandError, match="不是 JSON"):
        call_command("matter_package", *given, "--enter", str(tmp_path / "result.json"))
    (tmp_path / "result.json").write_bytes(form(asked, steps=steps("sign_for")))
    out = io.StringIO()
    call_command("matter_package", *given, "--enter", str(tmp_path / "result.json"), stdout=out)
    assert out.getvalue().strip() == f"{asked.number} ACCEPTED"
    with pytest.raises(CommandError):
        call_command("matter_package", "无", "--by", "0", "--out", str(tmp_path / "x.zip"))
