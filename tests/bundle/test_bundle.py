"""A case leaves the house whole, and proves itself where nothing of ours is."""

import ast
import csv
import hashlib
import json
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from server.bundle.verifier_text import verifier_text
from server.common.hashing import canonical_json
from server.evidence.services.issued import Made, keep_issued
from server.field import typesetting
from server.field.models import FieldAction
from server.field.recordings import give_to_act, import_recording
from server.ledger.erasing import erase_facts
from server.ledger.models import Entry
from server.people.keys import root_public_key
from tests.actors import Cast
from tests.bundle.bundles import (
    act,
    another,
    case_with_acts,
    deliver,
    exported,
    files_of,
    first_wrong,
    flipped,
    spoilt,
    unpack,
    verify,
)
from tests.bundle.forging import relist
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db


def test_twelve_acts_and_sixty_photos_verify_without_our_code(cast: Cast, tmp_path: Path) -> None:
    case, _phone = case_with_acts(cast, acts=12, photos_each=5)
    path = tmp_path / "bundle.zip"
    exported(case, path, cast)
    folder = unpack(path, tmp_path / "unpacked")
    told = verify(folder)
    assert (told.code, told.says.splitlines()[-1]) == (0, "verified"), told.says
    assert "12 signed operations, 60 photos and files, 25 papers, 1 statements, 0 films" in told.says
    assert len(list((folder / "originals").iterdir())) == 60
    on_zip = verify(path, verifier=folder / "verify.py")
    assert on_zip == told
    dice = random.Random(5)
    for name in files_of(folder):
        if whole := (folder / name).read_bytes():
            with spoilt(folder / name, flipped(whole, dice.randrange(len(whole)), dice.randrange(8))):
                assert first_wrong(folder).startswith(name)


def test_the_root_is_compared_where_it_is_given(fresh_bundle: Path, cast: Cast) -> None:
    root = hashlib.sha256(root_public_key(cast.court)).hexdigest()
    assert verify(fresh_bundle, "--root", root.upper()).code == 0
    refused = verify(fresh_bundle, "--root", "0" * 64)
    assert refused.code == 1
    assert refused.first.startswith("MANIFEST.sig: is signed under ")


def test_it_discloses_nothing_of_other_cases(fresh_bundle: Path, cast: Cast) -> None:
    own = json.loads((fresh_bundle / "ledger/entries.jsonl").read_text().splitlines()[0])
    case_id = json.loads(own["view"])["subject"]["id"]
    others = {str(each) for each in Entry.objects.exclude(subject_id=case_id).values_list("subject_id", flat=True)}
    said = b"".join((fresh_bundle / name).read_bytes() for name in files_of(fresh_bundle))
    assert others - {"None"}
    assert not [each for each in others - {"None"} if each.encode() in said]
    assert "闽0924执8号".encode() not in said


def test_the_export_is_an_entry_with_who_and_why(fresh_bundle: Path, cast: Cast) -> None:
    entry = Entry.objects.get(kind="bundle_exported")
    assert json.loads(entry.view)["by"] == str(cast.duty.pk)
    assert json.loads(entry.facts) == {"reason": "移送审查"}
    assert "移送审查" not in entry.view
    last = json.loads((fresh_bundle / "ledger/entries.jsonl").read_text().splitlines()[-1])
    assert last["position"] == entry.position


def test_the_index_lists_each_paper_and_photo_with_both_hashes(bundle: Path) -> None:
    rows = list(csv.DictReader((bundle / "index.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["编号"] for row in rows] == ["P1", "P2", "P3", "P4", "P5", "1", "2", "3", "4"]
    for row in rows:
        content = (bundle / row["文件"]).read_bytes()
        assert row["SHA-256"] == hashlib.sha256(content).hexdigest()
        assert len(row["SM3"]) == 64
        assert row["证实"]
    page = (bundle / "index.html").read_text(encoding="utf-8")
    assert "执行裁定书" in page
    assert all(row["SHA-256"] in page and row["SM3"] in page for row in rows)


def test_it_says_clearly_that_no_authority_stamped_it(bundle: Path) -> None:
    assert (bundle / "timestamps/NONE.txt").is_file()
    assert "没有设置时间戳机构" in (bundle / "README.txt").read_text(encoding="utf-8")
    assert "timestamps none" in verify(bundle).says


def test_two_phones_in_one_case_each_prove_their_own_part(cast: Cast, tmp_path: Path) -> None:
    case, _phone = case_with_acts(cast, acts=1, photos_each=1)
    second = phone_of(cast.colleague)
    act(second, case, [b"a note, not a photograph"])
    deliver(second, [b"a note, not a photograph"])
    exported(case, tmp_path / "two.zip", cast)
    told = verify(unpack(tmp_path / "two.zip", tmp_path / "two"))
    assert told.code == 0, told.says
    assert "2 signed operations, 2 photos and files, 5 papers, 2 statements" in told.says


def test_papers_of_complete_acts_are_made_for_it_and_those_superseded_stay(cast: Cast, tmp_path: Path) -> None:
    case, _phone = case_with_acts(cast, acts=1, photos_each=0)
    action = FieldAction.objects.get(subjects__subject_id=case.pk)
    made = Made(action.pk, "INVESTIGATION_RECORD", "调查笔录", "0" * 64, "A1B2", "signed", date(2026, 11, 30))
    keep_issued(case=case, made=made, content=b"%PDF-1.7 as it was", by=cast.duty)
    for number in (1, 2):
        exported(case, tmp_path / "papers.zip", cast)
        folder = unpack(tmp_path / "papers.zip", tmp_path / f"papers {number}")
        told = verify(folder)
        assert "4 papers" in told.says, told.says
        rows = [json.loads(line) for line in (folder / "papers.jsonl").read_text().splitlines()]
        assert [row["is_superseded"] for row in rows if row["title"] == "调查笔录"] == [True, False]
        assert {row["title"] for row in rows} == {"执行裁定书", "调查笔录", "现场执行笔录"}
    assert Entry.objects.filter(kind="paper_issued", subject_id=case.pk).count() == 3


def test_of_a_paper_that_is_not_made_the_index_says_why(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, phone = case_with_acts(cast, acts=1, photos_each=0)
    phone.record("LOCATE", case_id=case.pk, fields={"result": "DONE"})
    phone.push()
    monkeypatch.setattr(typesetting, "SECONDS", 0)
    exported(case, tmp_path / "thin.zip", cast)
    folder = unpack(tmp_path / "thin.zip", tmp_path / "thin")
    assert verify(folder).code == 0
    rows = list(csv.DictReader((folder / "index.csv").read_text(encoding="utf-8-sig").splitlines()))
    said = {row["文件"] for row in rows if row["编号"] == "—"}
    assert said == {"未制作：该记录不完整", "未制作：这份文书未能生成，行为记录和照片不受影响。"}


def test_films_of_body_cameras_are_in_it_and_proved_by_their_entries(cast: Cast, tmp_path: Path) -> None:
    case, _phone = case_with_acts(cast, acts=1, photos_each=0)
    (tmp_path / "JLY-9801_20261122_085800.mp4").write_bytes(b"frames of the search")
    film = import_recording(court=cast.court, serial="JLY-9801", path=next(tmp_path.glob("*.mp4")), by=cast.duty)
    give_to_act(film, FieldAction.objects.get(subjects__subject_id=case.pk).pk, by=cast.duty)
    exported(case, tmp_path / "film.zip", cast)
    folder = unpack(tmp_path / "film.zip", tmp_path / "film")
    assert "1 films of body cameras" in verify(folder).says
    row = json.loads((folder / "films.jsonl").read_text())
    assert (folder / row["path"]).read_bytes() == b"frames of the search"
    assert f"执法记录仪视频 JLY-9801 {film.name}" in (folder / "index.html").read_text(encoding="utf-8")
    for name, content, says in (
        (row["path"], b"frames of another", f"{row['path']}: is not the film that was brought in"),
        ("films.jsonl", b"", f"films.jsonl: film {row['sha256']}, which the ledger gives to an act, is missing"),
        (
            "films.jsonl",
            canonical_json({**row, "action": str(case.pk)}) + b"\n",
            f"{row['path']}: no entry of the case",
        ),
    ):
        with another(folder) as copy:
            (copy / name).write_bytes(content)
            relist(copy)
            assert first_wrong(copy).startswith(says)


def test_facts_that_were_erased_leave_their_hash_and_the_chain_holds(cast: Cast, tmp_path: Path) -> None:
    case, _phone = case_with_acts(cast, acts=1, photos_each=1)
    filed = Entry.objects.get(kind="case_filed", subject_id=case.pk)
    erase_facts(stream=filed.stream, positions=[filed.position], view={"by": None}, facts={})
    exported(case, tmp_path / "erased.zip", cast)
    folder = unpack(tmp_path / "erased.zip", tmp_path / "erased")
    told = verify(folder)
    assert told.code == 0, told.says
    first = json.loads((folder / "ledger/entries.jsonl").read_text().splitlines()[0])
    assert (first["position"], "facts" in first, len(first["facts_hash"])) == (filed.position, False, 64)


def test_what_has_not_arrived_or_cannot_be_read_is_said_and_still_verifies(cast: Cast, tmp_path: Path) -> None:
    case, phone = case_with_acts(cast, acts=1, photos_each=1)
    act(phone, case, [b"never uploaded"])
    phone.record("NO_SUCH_KIND", case_id=case.pk, photos=[b"of a kind nobody knows"])
    phone.push()
    exported(case, tmp_path / "open.zip", cast)
    folder = unpack(tmp_path / "open.zip", tmp_path / "open")
    told = verify(folder)
    assert told.code == 0, told.says
    rows = [json.loads(line) for line in (folder / "files.jsonl").read_text().splitlines()]
    assert {row["path"] for row in rows if row["state"] != "verified"} == {""}
    assert "未到达" in (folder / "index.html").read_text(encoding="utf-8")


def test_the_verifier_is_one_file_for_python_3_9(bundle: Path) -> None:
    tree = ast.parse(verifier_text(), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    standard = {
        "argparse",
        "base64",
        "datetime",
        "hashlib",
        "json",
        "os",
        "re",
        "stat",
        "struct",
        "sys",
        "typing",
        "uuid",
    }
    assert imported == {"__future__", "cryptography", "zipfile", *standard}
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len(names) == len(set(names)), "two parts use one name"


def test_every_file_in_the_zip_is_stored_the_same_way(fresh_bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip") as packed:
        assert {(each.date_time, each.compress_type) for each in packed.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}
