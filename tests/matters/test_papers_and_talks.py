"""Papers put on by mistake or not sent yet, talks said twice, and the release that outlives its case."""

import hashlib
import json
from typing import Any

import pytest

from server.cases.services import close_case
from server.common.errors import DomainError
from server.common.ids import new_id
from server.evidence.models import Paper
from server.ledger.models import Entry
from server.matters.models import Matter
from server.matters.services import add_note, log_talk, move_matter, remove_paper
from server.matters.services.moving import Said
from server.matters.states import Move
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.matters.conftest import Errand, Partners
from tests.sync.pushing import phone_of
from tests.sync.replica import Replica

pytestmark = pytest.mark.django_db


def told(matter: Matter, kind: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(subject_id=matter.pk, kind=kind).order_by("position")
    return [json.loads(row.view) for row in rows]


def sha256_of(matter: Matter, title: str) -> str:
    return hashlib.sha256(f"{matter.pk} {title}".encode()).hexdigest()


def status(officer: Officer, sha256: str) -> int:
    answer = browser_of(officer).get(f"/api/v1/papers/{sha256}")
    if answer.status_code == 200:
        streamed: Any = answer
        assert b"".join(streamed.streaming_content)
    return answer.status_code


def test_a_paper_put_on_a_draft_by_mistake_is_taken_off_and_the_ledger_keeps_it(
    errand: Errand, cast: Cast, partners: Partners
) -> None:
    matter = errand.with_papers(errand.draft())
    errand.paper(matter, "other", "误附")
    wrong, path = sha256_of(matter, "误附"), f"/api/v1/matters/{matter.pk}/papers"
    assert browser_of(partners.centre).delete(f"{path}/{wrong}").status_code == 404
    shown = browser_of(cast.holder).delete(f"{path}/{wrong}").json()
    assert "other" not in [paper["slot"] for paper in shown["papers"]]
    assert not Paper.objects.filter(sha256=wrong).exists()
    (view,) = told(matter, "matter_paper_removed")
    assert (view["paper"]["sha256"], view["by"]) == (wrong, str(cast.holder.pk))
    assert browser_of(cast.holder).delete(f"{path}/{wrong}").status_code == 404
    errand.move(matter, Move.SUBMIT, cast.holder)
    with pytest.raises(DomainError) as caught:
        remove_paper(matter=matter, sha256=sha256_of(matter, "letter 0"), by=cast.holder)
    assert caught.value.code == "matter_not_in_state"


def test_it_is_taken_off_on_the_page(errand: Errand, cast: Cast) -> None:
    matter = errand.draft()
    errand.paper(matter, "other", "误附")
    address = f"/centre/matters/{matter.pk}"
    form = next(each for each in seen_by(cast.holder, address).all("form") if each["action"].endswith("take_off"))
    browser_of(cast.holder).post(form["action"], {"sha256": form.one("[name=sha256]")["value"]})
    assert not matter.papers.exists()


def test_what_is_added_while_papers_are_wanted_is_not_read_across_before_it_is_sent(
    errand: Errand, cast: Cast, partners: Partners
) -> None:
    matter = errand.assigned()
    first = sha256_of(matter, "letter 0")
    other = errand.signed_for()
    errand.talk(other)
    errand.move(other, Move.ASK_SUPPLEMENT, partners.centre, words="缺函")
    later = sha256_of(other, "补充")
    errand.paper(other, "other", "补充")
    assert [status(cast.holder, later), status(partners.centre, later)] == [200, 404]
    assert [status(cast.holder, first), status(partners.centre, first)] == [200, 200]
    errand.move(other, Move.SUPPLEMENT, cast.holder)
    assert status(partners.centre, later) == 200


def papers_held(replica: Replica, matter: Matter) -> list[Any]:
    unit: Any = replica.units["matter", str(matter.pk)][1]
    return list(unit["papers"])


def test_nor_is_it_on_their_devices(errand: Errand, cast: Cast, partners: Partners) -> None:
    urgent = errand.assigned()
    replica = Replica(phone_of(cast.stranger))
    replica.sync()
    before = len(papers_held(replica, urgent))
    paper = Paper.objects.filter(subject_id=urgent.pk).latest("pk")
    paper.pk, paper.sha256, paper.added_at = new_id(), "0" * 64, paper.added_at.replace(year=2199)
    paper.save(force_insert=True)
    move_matter(
        matter_id=urgent.pk,
        move=Move.REASSIGN,
        by=partners.centre,
        said=Said(words="轮换", handler=cast.stranger.pk),
    )
    replica.sync()
    assert len(papers_held(replica, urgent)) == before


def test_a_talk_and_a_note_said_twice_are_one(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter, other = errand.sent(), errand.sent()
    body = {"id": str(new_id()), "spoke_with": "林岚", "text": "何时可补？"}
    path = f"/api/v1/matters/{matter.pk}"
    for _ in range(2):
        answer = browser_of(partners.centre).post(f"{path}/talks", body, content_type="application/json")
        assert len(answer.json()["talks"]) == 1
    note_id = new_id()
    first = add_note(matter=matter, by=partners.centre, text="内部", note_id=note_id)
    assert add_note(matter=matter, by=partners.centre, text="内部", note_id=note_id) == first
    assert (len(told(matter, "matter_talked")), len(told(matter, "matter_noted"))) == (2, 1), "a talk is both courts'"
    for who, which in ((cast.holder, matter), (partners.centre, other)):
        with pytest.raises(DomainError) as caught:
            log_talk(matter=which, by=who, spoke_with="x", text="x", talk_id=note_id)
        assert caught.value.code == "matter_request_invalid"


def test_what_was_frozen_for_a_closed_case_is_withdrawn_with_its_release(errand: Errand, cast: Cast) -> None:
    matter = errand.frozen()
    close_case(case=errand.case, closing_mode="FULFILLED")
    with pytest.raises(DomainError) as caught:
        errand.move(matter, Move.WITHDRAW, cast.director, words="已履行")
    assert caught.value.code == "matter_release_needed"
    said = Said(words="已履行", asks_release=True)
    release = move_matter(matter_id=matter.pk, move=Move.WITHDRAW, by=cast.director, said=said).following
    assert release
    assert (release.kind, release.relation) == ("DEPOSIT_RELEASE", "RELEASE")
    for slot, count in {"letter": 1, "ruling": 1, "assistance_notice": 1, "receipt_form": 1, "credentials": 2}.items():
        for number in range(count):
            errand.paper(release, slot, f"{slot} {number}", by=cast.director)
    errand.move(release, Move.SUBMIT, cast.director)
    assert errand.move(release, Move.APPROVE, cast.duty).state == "SENT"
    with pytest.raises(DomainError) as caught:
        errand.draft()
    assert caught.value.code in ("matter_case_closed", "role_required")
