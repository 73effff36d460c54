"""An errand on a real officer's device, through the SDK: papers offline, one visit for several, and it leaves again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from client_sdk import FieldClient, vault
from server.field.models import ActionSubject
from server.matters.states import Move
from server.people.services import issue_enrolment_code
from tests.actors import Cast
from tests.matters.conftest import Errand
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldClient]:
    """Of the officer who handles it."""
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    code, line = issue_enrolment_code(officer=cast.stranger), DjangoLine()
    with FieldClient.enrol(
        "http://court.test", code=code, store=tmp_path / "store.db", passphrase="三号楼的钥匙", transport=line
    ) as field:
        yield field


def test_an_errand_is_held_done_and_given_up(errand: Errand, cast: Cast, field: FieldClient) -> None:
    asked = {"is_urgent": True, "duty_phone": "0593-110", "papers_due_on": date(2199, 1, 1)}
    usual, urgent = errand.assigned(), errand.assigned(**asked)
    field.sync()
    assert [each.id for each in field.matters()] == [str(urgent.pk), str(usual.pk)], "the urgent one first"
    (_, held) = field.matters()
    assert (held.asked_by, held.case_no) == (cast.court.name, errand.case.case_no)
    assert (held.request["account"], held.people[0]["name"]) == ("6222 0011", "被执行人乙")
    assert all(paper.is_here for paper in held.papers), "shown at the bank without a network"
    assert len(held.papers) == 6

    photo = field.capture(jpeg())
    both = [each.id for each in field.matters()]
    act = field.record_action(kind="LOCATE", fields=COMPLETE, matter_ids=both, photos=[photo])
    assert act.matter_ids == tuple(both)
    assert [each.actions[-1].is_own_unsent for each in field.matters()] == [True, True]
    field.sync()
    assert field.action(act.id).status == "applied"
    rows = ActionSubject.objects.order_by("subject_id").values_list("subject_id", "status")
    assert list(rows) == [(usual.pk, "applied"), (urgent.pk, "applied")]
    assert [len(each.actions) for each in field.matters()] == [1, 1], "neither hidden nor doubled"

    corrected = field.correct(act, reason="漏记", fields={"narrative": "已到银行柜台。"})
    field.sync()
    assert (corrected.id, field.action(act.id).status) == (act.id, "applied")

    errand.move(usual, Move.WITHDRAW, cast.holder, words="已和解")
    field.sync()
    assert [each.id for each in field.matters()] == [str(urgent.pk)]


def test_what_leans_on_an_act_not_yet_safe_stays_sealed_until_it_is(
    errand: Errand, cast: Cast, field: FieldClient
) -> None:
    matter = errand.assigned()
    field.sync()
    errand.move(matter, Move.WITHDRAW, cast.holder, words="已和解")
    act = field.record_action(kind="LOCATE", fields=COMPLETE, matter_ids=[matter.pk], photos=[field.capture(jpeg())])
    field.sync()
    assert field.matters() == []
    assert (field.action(act.id).status, field.action(act.id).code) == ("parked", "grant_ended")
    (review,) = field.reviews()
    assert review.cause == "grant_ended"
