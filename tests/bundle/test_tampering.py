"""Whatever is changed in a bundle is found, and named; also where the forger recomputes all he can."""

import hashlib
import io
import json
import random
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.bundle.verifier.main import verify as verified
from server.bundle.verifier.zips import LEFT_BY_ZIPPING, MODE, open_container
from server.bundle.verifier_text import verifier_text
from server.bundle.writing import BundleWriter
from server.people.keys import root_public_key
from tests.actors import Cast
from tests.bundle.bundles import (
    another,
    case_with_acts,
    exported,
    files_of,
    first_wrong,
    flipped,
    spoilt,
    unpack,
    verify,
)
from tests.bundle.forging import Rows, relist, resign, rewrite, rows

pytestmark = pytest.mark.django_db
BITS_EACH = 24


def flips(size: int, dice: random.Random) -> Iterator[tuple[int, int]]:
    """Which bit of which byte: the first and last byte whole, and others by lot."""
    yield from ((at, bit) for at in {0, size - 1} for bit in range(8))
    yield from ((dice.randrange(size), dice.randrange(8)) for _ in range(BITS_EACH - 16))


def test_any_bit_flipped_in_any_file_is_found_and_the_file_named(bundle: Path) -> None:
    dice, tried = random.Random(20261130), 0
    verified(str(bundle), "")
    for name in files_of(bundle):
        whole = (bundle / name).read_bytes()
        for at, bit in flips(len(whole), dice) if whole else ():
            with spoilt(bundle / name, flipped(whole, at, bit)):
                assert first_wrong(bundle).startswith(name), (name, at, bit)
            tried += 1
    assert tried > 20 * BITS_EACH
    verified(str(bundle), "")


def test_any_file_removed_or_emptied_is_named(bundle: Path) -> None:
    for name in files_of(bundle):
        with spoilt(bundle / name, None):
            assert first_wrong(bundle) == f"{name}: is missing"
        if (bundle / name).stat().st_size:
            with spoilt(bundle / name, b""):
                assert first_wrong(bundle).startswith(f"{name}: ")
    verified(str(bundle), "")


def test_two_files_exchanged_are_named(bundle: Path) -> None:
    for folder in ("originals", "operations", "papers"):
        one, other = (path for path in sorted((bundle / folder).iterdir())[:2])
        mine, theirs = one.read_bytes(), other.read_bytes()
        with spoilt(one, theirs), spoilt(other, mine):
            assert first_wrong(bundle).startswith(f"{folder}/{one.name}: ")
            with spoilt(bundle / "MANIFEST.json", b""):
                relist(bundle)
                assert first_wrong(bundle).startswith(f"{folder}/{one.name}: ")


def test_two_lines_reordered_in_any_list_are_found(bundle: Path) -> None:
    lists = [name for name in files_of(bundle) if name.endswith((".jsonl", ".txt", ".sig"))]
    tried = set()
    for name in lists:
        lines = (bundle / name).read_bytes().splitlines(keepends=True)
        if len(lines) > 1:
            with spoilt(bundle / name, b"".join([lines[1], lines[0], *lines[2:]])):
                assert first_wrong(bundle).startswith(name)
            tried.add(name)
    assert tried >= {
        "ledger/entries.jsonl",
        "operations/operations.jsonl",
        "files.jsonl",
        "papers.jsonl",
        "receipts.txt",
    }


def test_an_entry_of_each_kind_left_out_is_named_by_its_place(bundle: Path) -> None:
    entries = rows(bundle, "ledger/entries.jsonl")
    by_kind = {json.loads(row["view"])["kind"]: number for number, row in enumerate(entries)}
    assert by_kind.keys() >= {"case_filed", "case_assigned", "paper_added", "paper_issued", "bundle_exported"}
    lines = (bundle / "ledger/entries.jsonl").read_bytes().splitlines(keepends=True)
    for number in by_kind.values():
        with another(bundle) as copy:
            (copy / "ledger/entries.jsonl").write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
            relist(copy)
            assert f"entry {entries[number]['position']}" in first_wrong(copy)


@pytest.mark.parametrize("name", ["README.txt", "index.csv", "MANIFEST.json", "MANIFEST.sig", "ledger/links.bin"])
def test_the_program_itself_says_so_and_exits_with_one(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    told = verify(bundle)
    assert (told.code, told.says.splitlines()[0]) == (1, "NOT VERIFIED")
    assert told.first.startswith(name)


def test_a_verifier_that_was_changed_names_itself(bundle: Path) -> None:
    with (bundle / "verify.py").open("a") as file:
        file.write("# harmless\n")
    assert verify(bundle).first.startswith("verify.py: ")


def test_any_bit_flipped_in_the_zip_itself_is_found(bundle: Path, tmp_path: Path) -> None:
    """Also what stands before, between and behind its files, of which a zip says most things twice."""
    path, packed = tmp_path / "flipped.zip", zipped(bundle)
    whole = packed.getvalue()
    path.write_bytes(whole)
    verified(str(path), "")
    with zipfile.ZipFile(packed) as listed:
        photo = next(each for each in listed.infolist() if each.filename.startswith("originals/"))
        heads, start = [each.header_offset for each in listed.infolist()[:3]], listed.start_dir
    path.write_bytes(flipped(whole, photo.header_offset + 200, 2))
    assert first_wrong(path).startswith(photo.filename)
    places = [at + step for at in heads for step in range(45)] + [*range(start, start + 120), *range(-60, 0)]
    for number, at in enumerate(places):
        path.write_bytes(flipped(whole, at % len(whole), number % 8))
        assert first_wrong(path)


@pytest.mark.parametrize("extra", ["before", "between", "behind"])
def test_bytes_that_no_file_in_the_zip_holds_are_found(bundle: Path, tmp_path: Path, extra: str) -> None:
    packed = zipped(bundle)
    with zipfile.ZipFile(packed) as listed:
        place = {"before": 0, "between": listed.infolist()[1].header_offset, "behind": len(packed.getvalue())}[extra]
    path = tmp_path / "more.zip"
    path.write_bytes(packed.getvalue()[:place] + b"a note" + packed.getvalue()[place:])
    assert first_wrong(path)


def test_a_file_beyond_two_gigabytes_stands_in_the_zip_as_the_verifier_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("w+b") as out, BundleWriter(out, lambda done: None) as writer:
        writer.add("films/0001.mp4", [b"frames"], size=3 * 2**30)
        writer.add_text("README.txt", "words")
    assert open_container(str(path)).sizes == {"films/0001.mp4": 6, "README.txt": 5}


def zipped(folder: Path) -> io.BytesIO:
    """As the court's writer would."""
    packed, last = io.BytesIO(), ("MANIFEST.json", "MANIFEST.sig")
    with zipfile.ZipFile(packed, "w") as made:
        for name in [*(each for each in files_of(folder) if each not in last), *last]:
            member = zipfile.ZipInfo(name, LEFT_BY_ZIPPING)
            member.external_attr = MODE
            made.writestr(member, (folder / name).read_bytes())
    return packed


def test_a_file_more_and_a_file_less_are_named(bundle: Path) -> None:
    (bundle / "papers/extra.pdf").write_bytes(b"%PDF-1.7")
    assert first_wrong(bundle) == "papers/extra.pdf: is not of this bundle"
    (bundle / "papers/extra.pdf").unlink()
    photo = next((bundle / "originals").iterdir())
    photo.unlink()
    assert first_wrong(bundle) == f"originals/{photo.name}: is missing"


def test_an_entry_removed_is_named(bundle: Path) -> None:
    removed = rows(bundle, "ledger/entries.jsonl")[3]["position"]
    rewrite(bundle, "ledger/entries.jsonl", lambda entries: entries[:3] + entries[4:])
    assert first_wrong(bundle).startswith("ledger/entries.jsonl")
    relist(bundle)
    wrong = first_wrong(bundle)
    assert wrong.startswith("ledger/entries.jsonl line 4: ")
    assert f"entry {removed} belongs" in wrong


def test_two_entries_reordered_are_named(bundle: Path) -> None:
    rewrite(bundle, "ledger/entries.jsonl", lambda each: [each[0], each[2], each[1], *each[3:]])
    relist(bundle)
    assert "they were reordered" in first_wrong(bundle)


def test_an_entry_reworded_is_named(bundle: Path) -> None:
    def reword(entries: Rows) -> Rows:
        entries[2]["view"] = entries[2]["view"].replace('"kind":', '"kind": ')
        return entries

    position = rows(bundle, "ledger/entries.jsonl")[2]["position"]
    rewrite(bundle, "ledger/entries.jsonl", reword)
    relist(bundle)
    assert f"entry {position}: other words than were chained" in first_wrong(bundle)


def test_a_chain_cut_short_or_patched_is_found(bundle: Path) -> None:
    links = bundle / "ledger/links.bin"
    whole = links.read_bytes()
    links.write_bytes(whole[:-64])
    relist(bundle)
    # The last entry of the case has no place any more.
    assert first_wrong(bundle).startswith("ledger/links.bin: ends at place")
    links.write_bytes(whole[:64] + whole[128:192] + whole[64:128] + whole[192:])
    relist(bundle)
    assert first_wrong(bundle).startswith("ledger/")


def test_another_case_s_photo_in_its_place_is_named(fresh_bundle: Path, cast: Cast, tmp_path: Path) -> None:
    bundle = fresh_bundle
    other, _phone = case_with_acts(cast, acts=1, photos_each=1, number=20)
    exported(other, tmp_path / "other.zip", cast)
    foreign = unpack(tmp_path / "other.zip", tmp_path / "other")
    mine, theirs = rows(bundle, "files.jsonl")[1], rows(foreign, "files.jsonl")[0]
    shutil.copy(foreign / theirs["path"], bundle / mine["path"])
    assert first_wrong(bundle).startswith(mine["path"])
    relist(bundle)
    assert first_wrong(bundle) == f"{mine['path']}: is not the file its device signed"
    # He goes on: the row, the receipt of the other case, all that can be copied.
    rewrite(bundle, "files.jsonl", lambda each: [each[0], {**each[1], "sha256": theirs["sha256"]}, *each[2:]])
    (bundle / "receipts.txt").write_text((bundle / "receipts.txt").read_text() + (foreign / "receipts.txt").read_text())
    relist(bundle)
    assert first_wrong(bundle).startswith(f"{mine['path']}: no act here names this file")


def test_another_device_s_signature_is_named(fresh_bundle: Path, cast: Cast, tmp_path: Path) -> None:
    bundle = fresh_bundle
    other, _phone = case_with_acts(cast, acts=1, photos_each=1, number=20)
    exported(other, tmp_path / "other.zip", cast)
    foreign = unpack(tmp_path / "other.zip", tmp_path / "other")
    borrowed = rows(foreign, "operations/operations.jsonl")[0]["signature"]
    mine = rows(bundle, "operations/operations.jsonl")[1]
    rewrite(bundle, "operations/operations.jsonl", lambda each: [each[0], {**each[1], "signature": borrowed}])
    relist(bundle)
    wrong = first_wrong(bundle)
    assert wrong.startswith("operations/operations.jsonl line 2: the signature is not of device")
    assert f"{mine['device']} over number {mine['seq']}" in wrong


def test_an_operation_reworded_is_named(bundle: Path) -> None:
    body = bundle / "operations/00001.json"
    body.write_bytes(body.read_bytes().replace("未见被执行人".encode(), "见到被执行人".encode()))
    relist(bundle)
    assert first_wrong(bundle).startswith("operations/00001.json: is not what its device chained")


def test_an_operation_left_out_with_its_photos_is_named(bundle: Path) -> None:
    gone = rows(bundle, "operations/operations.jsonl")[0]
    rewrite(bundle, "operations/operations.jsonl", lambda each: each[1:])
    rewrite(bundle, "files.jsonl", lambda each: [row for row in each if row["operation"] != gone["hash"]])
    relist(bundle)
    assert first_wrong(bundle) == (
        f"operations/operations.jsonl: operation {gone['hash']}, which the ledger names, is missing"
    )


def test_a_receipt_a_statement_and_a_paper_left_out_are_named(bundle: Path) -> None:
    def without_line(name: str) -> None:
        (bundle / name).write_text("".join((bundle / name).read_text().splitlines(keepends=True)[1:]))
        relist(bundle)

    photo = rows(bundle, "files.jsonl")[0]["path"]
    with another(bundle) as kept:
        without_line("receipts.txt")
        assert first_wrong(bundle) == f"{photo}: the court gave no receipt for it"
        shutil.copy(kept / "receipts.txt", bundle / "receipts.txt")
    without_line("statements.txt")
    assert first_wrong(bundle).startswith("statements.txt: the court's statement on device")


def test_a_paper_that_no_entry_added_is_named(bundle: Path) -> None:
    paper = rows(bundle, "papers.jsonl")[0]
    (bundle / paper["path"]).write_bytes(b"%PDF-1.7 another ruling")
    relist(bundle)
    assert first_wrong(bundle) == f"{paper['path']}: is not the paper that was added"


def test_a_manifest_signed_by_an_unknown_key_is_refused(fresh_bundle: Path, cast: Cast) -> None:
    bundle = fresh_bundle
    (bundle / "README.txt").write_text("another story")
    relist(bundle)
    assert first_wrong(bundle) == "MANIFEST.json: is not the one that the court signed"
    with another(bundle) as copy:
        resign(copy)
        assert first_wrong(copy).endswith(".certificate (key statement 1): its signature does not verify")
    resign(bundle, with_certificates=True)
    # What the devices signed hangs on the certificates they were given, and so on the court's own root.
    assert "does not lead to operations/operations.jsonl line 1" in first_wrong(bundle)
    refused = verify(bundle, "--root", hashlib.sha256(root_public_key(cast.court)).hexdigest())
    assert refused.first.startswith("MANIFEST.sig: is signed under ")


def test_a_link_and_a_name_that_leads_out_are_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "papers/link").symlink_to("/etc/hostname")
    assert first_wrong(bundle) == "papers/link: is a link; a bundle has files only"
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as packed:
        packed.writestr("../../out.txt", "x")
    assert first_wrong(tmp_path / "slip.zip") == "'../../out.txt': is no name of a file in a bundle"


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("MANIFEST.sig", b"\0" * 50_000_000)
    assert first_wrong(tmp_path / "bomb.zip") == "MANIFEST.sig: is packed in another way than ours"


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"\0" * 4096])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path, script = tmp_path / "none.zip", tmp_path / "verify.py"
    path.write_bytes(content)
    script.write_text(verifier_text(), encoding="utf-8")
    told = verify(path, verifier=script)
    assert (told.code, told.says.splitlines()[0]) == (1, "NOT VERIFIED")
    assert sys.executable not in told.says
