"""Signatures of an act add up over its records, and the court's paper shows what was drawn on the phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sdk import FieldClient, corrections, vault
from server.cases.models import Case
from server.evidence.services.previews import make_pending_previews
from server.field.joining import joined
from server.field.models import FieldAction
from tests.actors import Cast
from tests.devices import TestDevice
from tests.field.sdk import client_of
from tests.field.test_act_papers import bytes_of, issued
from tests.papers.examples import COMMON, LONG_NAME
from tests.papers.reading import pages_of
from tests.strokes import drawn
from tests.sync.pushing import statuses

pytestmark = pytest.mark.django_db
Joining = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
RECORD = {**COMMON, "result": "DONE", "target": "PERSON", "nobody_asked_reason": "无人"}
WORDS = st.none() | st.sampled_from(["", "张某", " 张某 ", "林某", "REFUSED"]) | st.integers(0, 2)
SIGNATURES = st.lists(
    st.none() | st.text(max_size=2) | st.dictionaries(st.sampled_from(["name", "state", "reason"]), WORDS), max_size=4
)
RECORDINGS = st.lists(st.booleans() | st.integers(0, 1) | st.dictionaries(st.sampled_from(["serial", "from"]), WORDS))
SAID_OF = {"signatures": SIGNATURES | WORDS, "recordings": RECORDINGS | WORDS, "result": WORDS, "narrative": WORDS}
FIELDS = st.fixed_dictionaries({}, optional=SAID_OF)


@pytest.fixture
def field(cast: Cast, held: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldClient]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    with client_of(cast.holder, tmp_path / "o.db") as client:
        yield client


@given(FIELDS, FIELDS, FIELDS)
def test_device_and_court_join_records_alike(
    first: dict[str, Any], later: dict[str, Any], last: dict[str, Any]
) -> None:
    assert joined(first, later) == corrections.joined(first, later)
    both = joined(joined(first, later), last)
    assert both == corrections.joined(corrections.joined(first, later), last)


@pytest.mark.parametrize("side", [joined, corrections.joined], ids=["court", "device"])
def test_as_many_recordings_as_a_body_holds_add_up_once_each_and_hold_nobody_up(side: Joining) -> None:
    """Compared each with each they took minutes, while the case was locked."""
    first, later = {"recordings": [1, True, *range(60_000)]}, {"recordings": [True, *range(60_001)]}
    assert side(first, later)["recordings"] == [1, True, 0, *range(2, 60_001)]


def test_whoever_signs_later_completes_the_act_at_court_as_the_device_said(field: FieldClient, held: Case) -> None:
    first = {**RECORD, "signatures": RECORD["signatures"][:1]}
    action = field.record_action(case_id=held.pk, kind="LOCATE", fields=first)
    field.sync()
    assert FieldAction.objects.get().missing == ["attendees_signed"]
    later = [
        field.sign(name=name, role="DEBTOR", strokes=drawn(seed))
        for seed, name in enumerate([LONG_NAME, "刘𬭎", "王𡵓"])
    ]
    supplement = field.correct(action, reason="补签", signatures=later)
    field.sync()
    act = FieldAction.objects.get()
    assert (act.missing, supplement.missing) == ([], ())
    assert (act.files_promised, act.files_verified, act.is_complete) == (6, 6, True)


def test_the_courts_paper_shows_what_was_drawn(field: FieldClient, held: Case, cast: Cast) -> None:
    signature = field.sign(name="陈默", role="OFFICER", strokes=drawn(1))
    action = field.record_action(case_id=held.pk, kind="LOCATE", fields=RECORD, signatures=[signature])
    printed = field.render_paper(action, "INVESTIGATION_RECORD")
    field.sync()
    make_pending_previews()
    told = issued(cast.duty, FieldAction.objects.get())
    content = bytes_of(cast.duty, told["sha256"])
    assert signature.strokes
    for paper in (printed, content):
        found = "".join(pages_of(paper))
        assert f"笔迹{signature.strokes.sha256[:16]}" in found
        assert f"核验码{told['code']}" in found
        assert "附：现场照片及资料" not in found
        assert b"/Subtype/Image" in paper


def test_a_device_that_knows_no_strokes_signs_as_before(phone: TestDevice, held: Case) -> None:
    """The old form: signatures in the fields alone, no files of theirs."""
    phone.record("LOCATE", case_id=held.pk, fields=RECORD)
    assert statuses(phone.push()) == [("applied", "incomplete")]
    assert FieldAction.objects.get().missing == ["attendees_signed"]
