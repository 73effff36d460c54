"""Papers travel down: to the phones of who holds the case, to desks of who may read it, and to nobody else."""

import io
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.cases.services import assign_subject
from server.common.errors import DomainError
from server.evidence import services
from server.evidence.models import Paper
from server.evidence.papers import paper_units
from server.evidence.services.papers import MAX_PAPER_BYTES, add_paper
from server.ledger.models import Entry
from server.people.services import revoke_device, suspend_officer
from tests import pictures
from tests.actors import Cast, Phone, browser_of, phone_of
from tests.cases.conftest import file_one
from tests.evidence.uploading import Response, sha256_of

RULING = b"%PDF-1.7\n" + os.urandom(300_000)
SHA256 = sha256_of(RULING)
HREF = f"/api/v1/papers/{SHA256}"


def added(case: Case, content: bytes = RULING, **stated: Any) -> Paper:
    given: dict[str, Any] = {"kind": "RULING", "title": "查封裁定书", "content": io.BytesIO(content)}
    return add_paper(**{"subject": case, **given, **stated})


@pytest.fixture
def ruling(held_case: Case) -> Paper:
    return added(held_case, document_no="（2026）闽0924执123号之一", issued_on=date(2026, 11, 20), signer="黄正")


def fetched(phone: Phone, href: str = HREF, **headers: str) -> Response:
    """As a device asks: with the upload bearer of its last push."""
    given = {"Authorization": f"Bearer {services.issue_bearer(phone.device)}", **headers}
    return Client().get(href, headers=given)


def body(response: Response) -> bytes:
    return response.getvalue() if isinstance(response, StreamingHttpResponse) else bytes(response.content)


def code_of(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_paper_is_in_the_unit_of_its_case_and_the_unit_has_a_new_version(held_case: Case) -> None:
    before = held_case.version
    paper = added(held_case, issued_on=date(2026, 11, 20), signer="黄正", document_no="之一")
    held_case.refresh_from_db()
    assert held_case.version == before + 1
    assert paper_units([held_case.pk]) == {
        held_case.pk: [
            {
                "id": str(paper.pk),
                "sha256": SHA256,
                "size": len(RULING),
                "media_type": "application/pdf",
                "kind": "RULING",
                "title": "查封裁定书",
                "document_no": "之一",
                "signer": "黄正",
                "issued_on": "2026-11-20",
            }
        ]
    }


def test_the_ledger_is_told_codes_and_hashes_and_keeps_the_words_private(ruling: Paper, cast: Cast) -> None:
    entry = Entry.objects.get(kind="paper_added")
    view = json.loads(entry.view)
    assert view["paper"]["sha256"] == SHA256
    assert view["case"]["id"] == view["subject"]["id"]
    assert "查封裁定书" not in entry.view
    assert "黄正" not in entry.view
    assert json.loads(entry.facts)["title"] == "查封裁定书"


def test_the_holder_s_phone_gets_it_byte_for_byte(ruling: Paper, phone: Phone) -> None:
    response = fetched(phone)
    assert (response.status_code, body(response)) == (200, RULING)
    assert response["ETag"] == f'"{SHA256}"'
    assert response["Content-Disposition"].startswith("attachment")


def test_the_phone_of_her_assistant_gets_it_too(ruling: Paper, other_phone: Phone) -> None:
    assert body(fetched(other_phone)) == RULING


def test_a_download_goes_on_where_it_was_cut_and_is_entered_once(ruling: Paper, phone: Phone, cast: Cast) -> None:
    first = fetched(phone, Range="bytes=0-99999")
    rest = fetched(phone, Range="bytes=100000-")
    assert (first.status_code, rest.status_code) == (206, 206)
    assert rest["Content-Range"] == f"bytes 100000-{len(RULING) - 1}/{len(RULING)}"
    assert body(first) + body(rest) == RULING
    (entry,) = Entry.objects.filter(kind="paper_read")
    assert entry.stream == f"inspection:{cast.court.pk}"
    assert json.loads(entry.view)["device"] == str(phone.id)


def test_head_tells_the_size_and_enters_nothing(ruling: Paper, phone: Phone) -> None:
    bearer = services.issue_bearer(phone.device)
    response = Client().head(HREF, headers={"Authorization": f"Bearer {bearer}"})
    assert (response.status_code, response["Content-Length"]) == (200, str(len(RULING)))
    assert not Entry.objects.filter(kind="paper_read").exists()


# --- strangers


def test_phones_of_who_does_not_hold_the_case_get_the_answer_of_a_paper_that_is_not(ruling: Paper, cast: Cast) -> None:
    nothing = fetched(phone_of(cast.bystander), "/api/v1/papers/" + "0" * 64)
    for officer in (cast.bystander, cast.stranger, cast.director, cast.duty):
        response = fetched(phone_of(officer))
        assert code_of(response) == code_of(nothing) == (404, "paper_not_found")
        assert response.json()["detail"] == nothing.json()["detail"]


def test_who_lost_the_case_gets_no_more_of_it(ruling: Paper, phone: Phone, held_case: Case, cast: Cast) -> None:
    assign_subject(case=held_case, officer=cast.bystander, reason="ROTA")
    assert code_of(fetched(phone, Range="bytes=1000-")) == (404, "paper_not_found")
    assert body(fetched(phone_of(cast.bystander))) == RULING


def test_a_suspended_officer_s_phone_gets_nothing(ruling: Paper, phone: Phone, cast: Cast) -> None:
    suspend_officer(officer=cast.holder, reason="under inquiry")
    assert code_of(fetched(phone)) == (404, "paper_not_found")


def test_a_revoked_phone_gets_nothing(ruling: Paper, phone: Phone) -> None:
    bearer = services.issue_bearer(phone.device)
    revoke_device(device=phone.device, reason="lost")
    response = Client().get(HREF, headers={"Authorization": f"Bearer {bearer}"})
    assert code_of(response) == (403, "device_revoked")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_signed_in"),
        ({"Authorization": "Bearer forged"}, "bearer_invalid"),
        ({"Authorization": "x"}, "not_signed_in"),
    ],
)
def test_without_a_bearer_or_a_session_nothing_is_told(ruling: Paper, headers: dict[str, str], code: str) -> None:
    assert code_of(Client().get(HREF, headers=headers)) == (401, code)


def test_a_bearer_in_a_browser_s_hand_is_a_device_not_its_officer(ruling: Paper, cast: Cast) -> None:
    """The director reads every case of his court at his desk; his phone holds none."""
    bearer = services.issue_bearer(phone_of(cast.director).device)
    response = browser_of(cast.director).get(HREF, headers={"Authorization": f"Bearer {bearer}"})
    assert code_of(response) == (404, "paper_not_found")


def test_a_hash_known_from_one_s_own_case_opens_it_there_only(held_case: Case, phone: Phone, cast: Cast) -> None:
    theirs = file_one(cast, 124)
    added(theirs)
    assert code_of(fetched(phone)) == (404, "paper_not_found")
    added(held_case)
    assert body(fetched(phone)) == RULING


def test_evidence_and_papers_are_kept_apart(ruling: Paper, cast: Cast) -> None:
    assert code_of(browser_of(cast.holder).get(f"/api/v1/evidence/{SHA256}")) == (404, "evidence_not_found")


# --- desks


def test_who_may_read_the_case_reads_its_papers_at_a_desk(ruling: Paper, held_case: Case, cast: Cast) -> None:
    for officer in (cast.holder, cast.director, cast.duty, cast.supervisor):
        browser = browser_of(officer)
        (listed,) = browser.get(f"/api/v1/cases/{held_case.pk}/papers").json()
        assert (listed["sha256"], listed["title"], listed["superseded_by"]) == (SHA256, "查封裁定书", None)
        assert body(browser.get(HREF)) == RULING
    assert Entry.objects.filter(kind="paper_read").count() == 4


def test_the_page_of_a_case_lists_its_papers_with_their_words_escaped(held_case: Case, cast: Cast) -> None:
    added(held_case, title="<b>裁定</b>", signer="黄正", document_no="之一")
    page = browser_of(cast.director).get(f"/centre/cases/{held_case.pk}").content.decode()
    assert HREF in page
    assert "&lt;b&gt;裁定&lt;/b&gt;" in page
    assert "之一" in page


def test_who_may_not_read_the_case_learns_of_no_paper_at_his_desk(ruling: Paper, held_case: Case, cast: Cast) -> None:
    for officer in (cast.bystander, cast.stranger, cast.sysadmin, cast.auditor):
        browser = browser_of(officer)
        assert code_of(browser.get(f"/api/v1/cases/{held_case.pk}/papers")) == (404, "case_not_found")
        assert code_of(browser.get(HREF)) == (404, "paper_not_found")


# --- superseding


def test_a_replaced_paper_leaves_the_phones_and_stays_on_file(ruling: Paper, held_case: Case, cast: Cast) -> None:
    newer = added(held_case, RULING + b"corrected", replaces=ruling)
    assert [each["id"] for each in paper_units([held_case.pk])[held_case.pk]] == [str(newer.pk)]
    assert code_of(fetched(phone_of(cast.holder))) == (404, "paper_not_found")
    listed = browser_of(cast.holder).get(f"/api/v1/cases/{held_case.pk}/papers").json()
    assert [row["superseded_by"] for row in listed] == [None, str(newer.pk)]
    assert body(browser_of(cast.holder).get(HREF)) == RULING


def test_only_the_paper_in_force_of_the_same_case_is_replaced(ruling: Paper, held_case: Case, cast: Cast) -> None:
    added(held_case, b"second", replaces=ruling)
    with pytest.raises(DomainError, match="paper_superseded"):
        added(held_case, b"third", replaces=ruling)
    with pytest.raises(DomainError, match="paper_of_another_case"):
        added(file_one(cast, 124), b"fourth", replaces=ruling)
    assert Paper.objects.count() == 2


# --- coming in


def test_the_same_file_is_a_paper_of_a_case_once(ruling: Paper, held_case: Case) -> None:
    with pytest.raises(DomainError, match="paper_exists"):
        added(held_case)
    assert Paper.objects.count() == Entry.objects.filter(kind="paper_added").count() == 1


def test_an_empty_file_is_refused(held_case: Case) -> None:
    with pytest.raises(DomainError, match="paper_empty"):
        added(held_case, b"")


def test_a_file_no_phone_should_carry_is_refused(held_case: Case) -> None:
    with pytest.raises(DomainError, match="paper_too_large"):
        added(held_case, bytes(MAX_PAPER_BYTES + 1))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("title", text) for text in ("裁" * 201, "", "  ", "裁定\x00书", "裁定\udce4书", "裁定\n书")),
        *(("document_no", text) for text in ("（" * 101, "\x00")),
        *(("signer", text) for text in ("黄" * 61, "\udc80")),
    ],
)
def test_words_a_column_cannot_hold_are_named_before_a_byte_is_stored(
    held_case: Case, settings: Settings, field: str, text: str
) -> None:
    with pytest.raises(DomainError, match="paper_text_invalid") as refused:
        added(held_case, RULING, **{field: text})
    assert refused.value.details["field"] == field
    assert not (settings.EVIDENCE_DIR / "papers").exists()
    assert not Paper.objects.exists()


def test_the_longest_words_fit(held_case: Case) -> None:
    paper = added(held_case, title="裁" * 200, document_no="（" * 100, signer="黄" * 60)
    paper.refresh_from_db()
    assert (len(paper.title), len(paper.document_no), len(paper.signer)) == (200, 100, 60)


def test_the_command_names_the_option_that_does_not_fit(held_case: Case, tmp_path: Path) -> None:
    (tmp_path / "ruling.pdf").write_bytes(RULING)
    given = {"--title": "查封裁定书", "--document-no": "一号", "--signed-by": "黄正"}
    for option in given:
        words = [part for pair in {**given, option: "长" * 300}.items() for part in pair]
        with pytest.raises(CommandError, match=option):
            call_command("add_paper", held_case.case_no, str(tmp_path / "ruling.pdf"), "--kind", "RULING", *words)


def test_a_scan_is_shown_and_an_unknown_format_is_a_download(held_case: Case, cast: Cast) -> None:
    scan, other = pictures.jpeg(seed=5), b"PK\x03\x04 an OFD document"
    browser = browser_of(cast.holder)
    added(held_case, scan)
    added(held_case, other)
    assert browser.head(f"/api/v1/papers/{sha256_of(scan)}")["Content-Disposition"].startswith("inline")
    assert browser.head(f"/api/v1/papers/{sha256_of(other)}")["Content-Disposition"].startswith("attachment")


def test_papers_of_many_cases_cost_one_select(cast: Cast) -> None:
    cases = [file_one(cast, number) for number in range(1, 5)]
    for number, case in enumerate(cases):
        added(case, f"paper {number}".encode())
    with CaptureQueriesContext(connection) as queries:
        assert len(paper_units([case.pk for case in cases])) == 4
    assert len(queries) == 1


def test_the_command_adds_a_paper_by_case_number_and_replaces_one(held_case: Case, tmp_path: Path) -> None:
    (tmp_path / "ruling.pdf").write_bytes(RULING)
    (tmp_path / "newer.pdf").write_bytes(RULING + b"!")
    typed = held_case.case_no.replace("（", "(").replace("）", ")")
    common = ("--kind", "RULING", "--title", "查封裁定书", "--signed-by", "黄正", "--issued-on", "2026-11-20")
    out = io.StringIO()
    call_command("add_paper", typed, str(tmp_path / "ruling.pdf"), *common, "--json", stdout=out)
    assert json.loads(out.getvalue())["sha256"] == SHA256
    call_command("add_paper", typed, str(tmp_path / "newer.pdf"), *common, "--replaces", SHA256, stdout=out)
    assert Paper.objects.get(sha256=SHA256).superseded_by is not None


def test_the_command_says_what_it_did_not_find(held_case: Case, tmp_path: Path) -> None:
    common = ("--kind", "RULING", "--title", "查封裁定书")
    for case_no, file in (("（2026）闽0924执999号", "here"), ("no number", "here"), (held_case.case_no, "not there")):
        (tmp_path / "here").write_bytes(RULING)
        with pytest.raises(CommandError):
            call_command("add_paper", case_no, str(tmp_path / file), *common)
    assert not Paper.objects.exists()
