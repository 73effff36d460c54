"""Papers travel down: fetched by range, checked whole, read without a net, gone with their case."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from client_sdk import NotFound, NotSent, Progress, Rejected, StoreDamaged
from client_sdk.steps import Reply, Request
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import PORTAL, Court, problem

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
OTHER = "0199a000-0000-7000-8000-000000000002"
MIB = 1024 * 1024


def listing(content: bytes, **changed: Any) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    told = {"id": sha256[:8], "sha256": sha256, "size": len(content), "media_type": "application/pdf"}
    return {
        **told,
        "kind": "RULING",
        "title": "裁定书",
        "document_no": "1",
        "signer": "李",
        "issued_on": None,
        **changed,
    }


def publish(court: Court, *contents: bytes, case: str = CASE) -> list[str]:
    """Makes these, and no others, the papers of the case; their hashes."""
    papers = [listing(content) for content in contents]
    court.papers.update({paper["sha256"]: content for paper, content in zip(papers, contents, strict=True)})
    return list_only(court, papers, case)


def list_only(court: Court, papers: list[dict[str, Any]], case: str = CASE) -> list[str]:
    court.units[("case", case)] = (os.urandom(4).hex(), {"case_no": case[-1], "papers": papers})
    return [paper["sha256"] for paper in papers]


def stored(device: Device) -> list[Path]:
    return sorted(device.field.holdings.store.places.papers.iterdir())


def ranges(device: Device) -> list[str]:
    """Every range asked for from now on."""
    asked: list[str] = []
    device.line.before = lambda request: asked.append(request.headers["Range"]) if "Range" in request.headers else None
    return asked


def test_a_paper_is_fetched_and_read_offline_after_reopening(device: Device, tmp_path: Path, way: str) -> None:
    content = os.urandom(300_000)
    [sha256] = publish(device.court, content)
    report = device.field.sync()
    assert (report.papers_received, report.papers_missing) == (1, {})
    device.line.go_offline()
    field = device.reopen()
    [paper] = field.papers(CASE)
    assert (paper.is_here, paper.title, paper.document_no, paper.signer) == (True, "裁定书", "1", "李")
    assert field.open_paper(sha256) == content
    field.save_paper(sha256, tmp_path / "ruling.pdf")
    assert (tmp_path / "ruling.pdf").read_bytes() == content


def test_nothing_of_it_lies_in_clear(device: Device) -> None:
    content = b"a name that must not be read " * 4000
    publish(device.court, content)
    device.field.sync()
    assert len(stored(device)) == 1
    for path in device.path.parent.rglob("*"):
        assert not path.is_file() or b"must not be read" not in path.read_bytes()


def test_the_pieces_are_of_one_mebibyte_at_most_and_progress_ends_at_the_total(device: Device) -> None:
    contents = [os.urandom(4 * MIB + 1), os.urandom(1000)]
    hashes = publish(device.court, *contents)
    asked, told = ranges(device), list[Progress]()
    device.field.sync(on_progress=told.append)
    spans = [tuple(map(int, each.removeprefix("bytes=").split("-"))) for each in asked]
    assert max(last - first + 1 for first, last in spans) == MIB
    papers = [progress for progress in told if progress.phase == "papers"]
    assert (papers[-1].done, papers[-1].total) == (4 * MIB + 1001, 4 * MIB + 1001)
    assert [device.field.open_paper(sha256) for sha256 in hashes] == contents


def test_a_cut_download_goes_on_where_it_was_after_reopening(device: Device) -> None:
    content = os.urandom(3 * MIB)
    [sha256] = publish(device.court, content)
    device.line.before = lambda request: device.line.lose_next_reply(
        0 if request.headers.get("Range", "bytes=0-").startswith("bytes=0-") else 99
    )
    report = device.field.sync(patience_seconds=0)
    assert (report.papers_received, report.papers_missing) == (0, {sha256: "unreachable"})
    assert not device.field.papers(CASE)[0].is_here
    with pytest.raises(NotFound) as fault:
        device.field.open_paper(sha256)
    assert fault.value.code == "paper_not_here"
    device.line.lose_next_reply(0)
    asked = ranges(device)
    device.reopen().sync()
    assert not any(each.startswith("bytes=0-") for each in asked)
    assert device.field.open_paper(sha256) == content
    assert [path.name for path in stored(device)] == [sha256]


def test_what_is_here_is_not_fetched_again_and_a_sync_stays_one_pull(device: Device) -> None:
    publish(device.court, b"ruling")
    device.field.sync()
    device.court.requests.clear()
    device.field.sync()
    assert device.court.requests == [("POST", "pull")]


def test_evidence_goes_before_papers(device: Device) -> None:
    publish(device.court, b"ruling")
    device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(b"photo")])
    device.court.requests.clear()
    device.field.sync()
    methods = [name if name in ("push", "pull") else method for method, name in device.court.requests]
    assert methods == ["push", "pull", "PATCH", "pull", "GET"]


def test_a_paper_replaced_and_a_case_gone_are_erased(device: Device) -> None:
    [old] = publish(device.court, b"old ruling")
    [other] = publish(device.court, b"warrant", case=OTHER)
    device.field.sync()
    [new] = publish(device.court, b"new ruling")
    device.field.sync()
    assert [path.name for path in stored(device)] == sorted([other, new])
    with pytest.raises(NotFound):
        device.field.open_paper(old)
    device.court.units.clear()
    device.field.pull()
    assert stored(device) == []


def test_a_paper_two_cases_list_stays_with_the_second(device: Device) -> None:
    [sha256] = publish(device.court, b"warrant")
    publish(device.court, b"warrant", case=OTHER)
    device.field.sync()
    del device.court.units[("case", CASE)]
    device.field.sync()
    assert device.field.open_paper(sha256) == b"warrant"


def test_a_paper_of_a_sealed_case_is_sealed_with_it(device: Device) -> None:
    [sha256] = publish(device.court, b"warrant")
    device.field.sync()
    device.field.record_action(case_id=CASE, kind="SEAL")
    device.court.safe = lambda court: (0, 0)
    device.court.units.clear()
    device.field.sync()
    assert [path.name for path in stored(device)] == [sha256]
    with pytest.raises(NotFound):
        device.field.open_paper(sha256)
    device.court.safe = lambda court: (len(court.log.bodies), court.position)
    device.field.sync()
    assert stored(device) == []


def test_bytes_of_another_hash_are_discarded_and_fetched_anew(device: Device) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.court.spoil_piece = lambda piece: bytes(len(piece))
    assert device.field.sync().papers_missing == {sha256: "hash_mismatch"}
    assert stored(device) == []
    device.court.spoil_piece = lambda piece: piece
    assert device.field.sync().papers_received == 1
    assert device.field.open_paper(sha256) == b"ruling"


def test_a_failing_paper_stops_no_other(device: Device) -> None:
    gone, here = publish(device.court, b"x", b"ruling")
    del device.court.papers[gone]
    report = device.field.sync()
    assert (report.papers_received, report.papers_missing) == (1, {gone: "paper_not_found"})
    assert report.is_everything_sent
    assert device.field.open_paper(here) == b"ruling"


def test_a_paper_whose_storage_fails_stops_no_other(device: Device) -> None:
    broken, _ = publish(device.court, b"x", b"ruling")

    def fail(request: Request) -> None:
        if request.path.endswith(broken):
            device.court.says = [problem(503, "storage_unavailable")]

    device.line.before = fail
    report = device.field.sync()
    assert (report.papers_received, report.papers_missing) == (1, {broken: "storage_unavailable"})


@pytest.mark.parametrize(
    ("said", "reason"),
    [(Reply(200, {}, PORTAL), "answer_unproven"), (Reply(302, {}, b""), "answer_unproven"), (problem(418, "no"), "no")],
)
def test_a_strangers_page_is_no_paper_and_fails_no_sync(device: Device, said: Reply, reason: str) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.line.before = lambda request: device.court.says.extend([said] if "papers" in request.path else [])
    assert device.field.sync().papers_missing == {sha256: reason}
    assert stored(device) == []


def test_a_server_that_knows_no_ranges_sends_it_whole(device: Device) -> None:
    content = os.urandom(2 * MIB)
    [sha256] = publish(device.court, content)
    whole = Reply(200, {"etag": f'"{sha256}"'}, content)
    device.line.before = lambda request: device.court.says.extend([whole] if "papers" in request.path else [])
    device.field.sync()
    assert device.field.open_paper(sha256) == content


def test_an_expired_bearer_is_renewed_by_an_empty_push(device: Device) -> None:
    content = os.urandom(2 * MIB)
    [sha256] = publish(device.court, content)
    asked: list[Request] = []

    def expire(request: Request) -> None:
        if "Range" in request.headers:
            asked.append(request)
            if len(asked) == 2:
                device.court.bearers.clear()

    device.line.before = expire
    device.field.sync()
    assert [len(push["operations"]) for push in device.court.pushes] == [0]
    assert device.field.open_paper(sha256) == content


def test_a_pull_alone_fetches_papers_and_sends_nothing_recorded(device: Device) -> None:
    content = os.urandom(300_000)
    [sha256] = publish(device.court, content)
    device.field.record_action(case_id=CASE, kind="SEAL")
    told: list[Progress] = []
    report = device.field.pull(on_progress=told.append)
    assert (report.papers_received, report.papers_missing, report.is_everything_sent) == (1, {}, False)
    assert "papers" in {progress.phase for progress in told}
    assert device.court.pushes == []
    device.line.go_offline()
    assert device.field.open_paper(sha256) == content


def test_a_pull_alone_renews_an_expired_bearer_by_a_pull(device: Device) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.line.before = lambda request: device.court.bearers.clear() if len(device.court.requests) == 2 else None
    assert device.field.pull().papers_received == 1
    assert device.court.requests[1:] == [("POST", "pull"), ("GET", sha256[:12]), ("POST", "pull"), ("GET", sha256[:12])]


def test_a_bearer_no_pull_makes_good_is_told_and_ends(device: Device) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.line.before = lambda request: device.court.bearers.clear()
    assert device.field.pull().papers_missing == {sha256: "unauthorised"}


def test_with_an_older_server_a_pull_brings_no_papers_and_a_sync_does(device: Device) -> None:
    device.court.pulls_bring_bearers = False
    [sha256] = publish(device.court, b"ruling")
    report = device.field.pull()
    assert (report.units_received, report.papers_received, report.papers_missing) == (1, 0, {})
    assert device.field.sync().papers_received == 1
    assert [len(push["operations"]) for push in device.court.pushes] == [0]
    assert device.field.open_paper(sha256) == b"ruling"


def test_what_cannot_be_a_paper_is_never_asked_for(device: Device) -> None:
    good = listing(b"ruling")
    device.court.papers[good["sha256"]] = b"ruling"
    bad: list[dict[str, Any]] = [{**good, "sha256": name} for name in ("../../officer", "A" * 64, "")]
    bad += [{**listing(b"y"), "size": size} for size in (0, -1, 65 * MIB)]
    list_only(device.court, [good, *bad])
    assert device.field.sync().papers_received == 1
    assert [path.name for path in stored(device)] == [good["sha256"]]


def test_papers_leave_the_room_kept_for_evidence(make_device: Any) -> None:
    free = 1_000_000
    device = make_device(free_bytes=lambda _: free, reserve_bytes=900_000)
    content = os.urandom(200_000)
    [sha256] = publish(device.court, content)
    assert device.field.sync().papers_missing == {sha256: "storage_full"}
    free = 100_000_000
    assert device.field.sync().papers_received == 1


def test_a_paper_damaged_here_is_never_shown_and_comes_anew(device: Device) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.field.sync()
    [path] = stored(device)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(StoreDamaged):
        device.field.open_paper(sha256)
    device.field.sync()
    assert device.field.open_paper(sha256) == b"ruling"


def test_a_sealed_file_under_another_papers_name_is_not_shown(device: Device) -> None:
    first, second = publish(device.court, b"ruling", b"warrant")
    device.field.sync()
    folder = device.field.holdings.store.places.papers
    (folder / first).write_bytes((folder / second).read_bytes())
    with pytest.raises(StoreDamaged):
        device.field.open_paper(first)


def test_a_device_cut_off_between_two_steps_ends_with_the_whole_paper(device: Device) -> None:
    content = os.urandom(2 * MIB)
    [sha256] = publish(device.court, content)
    for stop in range(1, 40):
        flow, answer = device.field.sync_flow(), None
        try:
            for _ in range(stop):
                step = flow.send(answer)
                is_sent = hasattr(step, "request")
                answer = device.line.send(step.request) if is_sent else _done(device, step)  # type: ignore[attr-defined]
        except StopIteration:
            break
        device.reopen()
    assert device.field.open_paper(sha256) == content
    assert [path.name for path in stored(device)] == [sha256]


def _done(device: Device, step: Any) -> Any:
    return None if type(step).__name__ in ("Tell", "Wait") else device.field.holdings.perform(step)


@pytest.mark.parametrize("refusal", [(409, "log_forked"), (422, "chain_invalid")])
def test_a_log_the_court_refuses_stops_the_push_alone(device: Device, refusal: tuple[int, str]) -> None:
    device.field.sync()
    device.line.before = lambda request: device.line.lose_next_request(99 if request.method == "PATCH" else 0)
    device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(b"photo")])
    with pytest.raises(NotSent):
        device.field.sync(patience_seconds=0)
    device.line.before = lambda request: device.line.lose_next_request(0)
    device.field.record_action(case_id=CASE, kind="SEAL")
    [sha256] = publish(device.court, b"ruling")
    device.court.refuses = refusal
    with pytest.raises(Rejected) as fault:
        device.field.sync()
    assert fault.value.code == refusal[1]
    assert device.field.status().unsent_operations == 1
    assert sum(bool(push["operations"]) for push in device.court.pushes) == 2
    assert list(device.court.verified.values()) == [b"photo"]
    assert device.field.open_paper(sha256) == b"ruling"
    device.court.refuses = None
    assert device.field.sync().is_everything_sent


def test_the_asynchronous_door_opens_papers_too(tmp_path: Path) -> None:
    from client_sdk import AsyncFieldClient
    from tests.client_sdk.test_async import AsyncLine

    async def story() -> bytes:
        court = Court()
        [sha256] = publish(court, b"ruling")
        field = await AsyncFieldClient.enrol(
            "http://c.test", code=court.code, store=tmp_path / "a.db", passphrase="p", transport=AsyncLine(court)
        )
        async with field:
            await field.sync()
            assert [paper.is_here for paper in await field.papers(CASE)] == [True]
            await field.save_paper(sha256, tmp_path / "a.pdf")
            return await field.open_paper(sha256)

    assert asyncio.run(story()) == b"ruling" == (tmp_path / "a.pdf").read_bytes()
