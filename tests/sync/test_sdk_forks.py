"""The SDK on a cloned, an outdated, a damaged phone, against the server: nothing lost or twice, nobody stuck."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from client_sdk import FieldClient, Rejected, syncing, vault
from client_sdk.drivers import run
from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.people.models import Device
from server.people.services import issue_enrolment_code
from server.sync.annulling import annul_act
from server.sync.models import ForkedOperation, Operation, Review
from tests.actors import Cast
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE

pytestmark = pytest.mark.django_db
PASSPHRASE = "三号楼的钥匙"


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)


def record(field: FieldClient, case: Case, count: int = 1, photo: bytes | None = None) -> list[str]:
    photos = [field.capture(photo)] if photo else []
    return [
        field.record_action(case_id=case.pk, kind="LOCATE", fields=COMPLETE, photos=photos).id for _ in range(count)
    ]


def opened(path: Path) -> FieldClient:
    return FieldClient.open(path, passphrase=PASSPHRASE, transport=DjangoLine())


@pytest.fixture
def first(cast: Cast, held: Case, tmp_path: Path) -> FieldClient:
    (tmp_path / "first").mkdir()
    field = FieldClient.enrol(
        "http://court.test",
        code=issue_enrolment_code(officer=cast.holder),
        store=tmp_path / "first" / "officer.db",
        passphrase=PASSPHRASE,
        transport=DjangoLine(),
    )
    record(field, held)
    field.sync()
    return field


@pytest.fixture
def image(first: FieldClient, tmp_path: Path) -> Path:
    """A copy of the whole phone, taken while it is off."""
    first.close()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    return tmp_path / "second" / "officer.db"


def acts() -> set[str]:
    return {str(each) for each in FieldAction.objects.values_list("pk", flat=True)}


def test_two_phones_from_one_image_both_bring_everything_and_both_go_on(
    cast: Cast, held: Case, image: Path, tmp_path: Path
) -> None:
    photo = jpeg()
    one, other = opened(tmp_path / "first" / "officer.db"), opened(image)
    mine = record(one, held, 2)
    one.sync()
    theirs = record(other, held, 1, photo) + record(other, held)
    with pytest.raises(Rejected) as refusal:
        other.sync()
    assert refusal.value.code == "log_forked"
    # All of it is at the court already, the photo too; nothing of it has taken effect.
    assert ForkedOperation.objects.count() == 2
    assert Promise.objects.filter(state="verified").exists()
    assert not acts() & set(theirs)

    theirs += record(other, held)
    other.renew(issue_enrolment_code(officer=cast.holder))
    report = other.sync()
    assert report.is_everything_sent
    assert report.statuses == {"parked": 2, "applied": 1}
    assert acts() >= {*mine, *theirs}
    assert set(Review.objects.values_list("cause", flat=True)) == {"log_forked"}

    later = record(one, held)
    assert one.sync().statuses == {"parked": 1}
    assert acts() >= set(later)
    one.close()
    other.close()
    again = opened(image)
    record(again, held)
    assert again.sync().is_everything_sent
    assert Device.objects.filter(continues__isnull=False).count() == 1
    again.close()


def test_an_outdated_image_that_records_nothing_goes_on_by_a_fresh_code(
    cast: Cast, held: Case, image: Path, tmp_path: Path
) -> None:
    one = opened(tmp_path / "first" / "officer.db")
    record(one, held, 2)
    one.sync()
    one.close()
    other = opened(image)
    with pytest.raises(Rejected) as refusal:
        other.sync()
    assert refusal.value.code == "log_behind"
    other.renew(issue_enrolment_code(officer=cast.holder))
    mine = record(other, held)
    assert other.sync().statuses == {"applied": 1}
    assert acts() >= set(mine)
    other.close()


def test_after_a_renewal_own_work_stands_in_its_case_before_it_is_sent_and_after(
    cast: Cast, held: Case, image: Path, tmp_path: Path
) -> None:
    """The new log counts from 1 again, and what the case reflects was counted in the old one."""
    one = opened(tmp_path / "first" / "officer.db")
    record(one, held)
    one.sync()
    one.close()
    other = opened(image)
    mine = record(other, held, 2)
    with pytest.raises(Rejected):
        other.sync()
    other.renew(issue_enrolment_code(officer=cast.holder))
    mine += record(other, held)

    def shown() -> list[str]:
        return [action.id for action in other.case(held.pk).actions if action.id in mine]

    assert shown() == mine
    assert other.sync().is_everything_sent
    assert sorted(shown()) == sorted(mine)
    other.close()


def test_a_long_branch_arrives_whole(cast: Cast, held: Case, image: Path, tmp_path: Path) -> None:
    one, other = opened(tmp_path / "first" / "officer.db"), opened(image)
    record(one, held)
    one.sync()
    record(other, held, 12)
    engine = other.engine()
    engine.sizes.most_operations = engine.sizes.operations = 5
    with pytest.raises(Rejected):
        run(syncing.sync(engine), other._transport, other.holdings.perform)
    assert ForkedOperation.objects.count() == 12
    one.close()
    other.close()


def test_a_damaged_body_stops_nobody(held: Case, first: FieldClient) -> None:
    """The next operation cannot be read from the disk any more: what comes after it goes on under a log of its own."""
    record(first, held, 4)
    database = first.holdings.store.database
    spoilt = "UPDATE operation SET hash = ? WHERE seq = 3"
    with database.transaction():
        database.run(spoilt, "0" * 64)
    report = first.sync()
    assert report.is_everything_sent
    assert Operation.objects.filter(status="applied").count() >= 5
    assert Operation.objects.values("claimed_id").distinct().count() == 5
    assert FieldAction.objects.count() == 5
    assert Device.objects.filter(continues__isnull=False).count() == 1
    record(first, held)
    assert first.sync().is_everything_sent
    assert FieldAction.objects.count() == 6


def test_a_lost_answer_to_a_renewal_is_asked_for_again(cast: Cast, held: Case, first: FieldClient) -> None:
    record(first, held)
    code = issue_enrolment_code(officer=cast.holder)
    before = first.holdings.successor(has_new_key=True)
    first.renew(code)
    assert first.holdings.identity.device == before.device
    assert first.sync().is_everything_sent
    assert FieldAction.objects.count() == 2


def test_after_a_renewal_the_officer_still_sees_all_she_did_and_what_became_of_it(
    cast: Cast, held: Case, image: Path, tmp_path: Path
) -> None:
    one, other = opened(tmp_path / "first" / "officer.db"), opened(image)
    record(one, held, 2)
    one.sync()
    before = other.actions()
    assert before, "recorded before the image was taken"
    record(other, held)
    with pytest.raises(Rejected):
        other.sync()
    other.renew(issue_enrolment_code(officer=cast.holder))
    mine = record(other, held)
    other.sync()
    listed = other.actions()
    assert [act.id for act in before] == [act.id for act in listed[: len(before)]]
    assert listed[-1].id == mine[0]
    assert {act.status for act in listed} == {"applied", "parked"}
    assert {act.incarnation for act in listed} == {1, 2}
    assert other.status().unsent_operations == 0
    first = listed[0]
    assert other.action(first.id) == first
    assert other.safe_to_purge(first)
    annul_act(action_id=UUID(first.id), by=cast.director, note="并未到场")
    other.sync()
    assert other.action(first.id).status == "annulled"
    corrected = other.correct(first, reason="补记", fields={"narrative": "补充经过"})
    assert corrected.corrects == first.hash
    other.sync()
    assert other.action(first.id).status == "annulled"
    one.close()
    other.close()


def test_a_photo_still_owed_goes_over_to_the_renewed_log(cast: Cast, held: Case, image: Path, tmp_path: Path) -> None:
    """Its act is safe, its bytes are not: they must not stay behind in a log that ends."""
    one, other = opened(tmp_path / "first" / "officer.db"), opened(image)
    photo = jpeg()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(other.holdings.deliveries, "pending", lambda statement: [])
        mine = record(other, held, 1, photo)
        other.sync()
    assert Promise.objects.get().state == "promised"
    record(one, held)
    with pytest.raises(Rejected):
        one.sync()
    other.renew(issue_enrolment_code(officer=cast.holder))
    other.sync()
    assert set(Promise.objects.values_list("state", flat=True)) == {"verified"}
    other.sync()
    assert other.safe_to_purge(mine[0])
    assert FieldAction.objects.get(pk=mine[0]).is_complete
    one.close()
    other.close()
