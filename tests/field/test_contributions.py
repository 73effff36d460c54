"""One films, one writes: the act is its owner's, whoever arrives first, and what both said stays side by side."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from client_sdk import Begun, FieldClient, InvalidRecord, NotFound, vault
from server.cases.models import Case
from server.evidence.models import Promise, StoredFile
from server.evidence.services.previews import make_pending_previews
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.queries import action_summaries
from server.field.replaying import Replay
from server.sync.models import Review
from tests.actors import Cast, browser_of
from tests.field.sdk import client_of
from tests.field.test_act_papers import bytes_of, issued
from tests.papers.examples import COMMON
from tests.papers.reading import pages_of
from tests.pictures import jpeg
from tests.strokes import drawn

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {**COMMON, "result": "DONE", "target": "PERSON", "nobody_asked_reason": "无人", "attendees": []}


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)


@pytest.fixture
def writer(cast: Cast, held: Case, tmp_path: Path) -> Iterator[FieldClient]:
    with client_of(cast.holder, tmp_path / "writer.db") as client:
        yield client


@pytest.fixture
def camera(cast: Cast, held: Case, tmp_path: Path) -> Iterator[FieldClient]:
    """Of her colleague in the same group."""
    with client_of(cast.colleague, tmp_path / "camera.db") as client:
        yield client


def begun(writer: FieldClient, held: Case) -> Begun:
    return writer.begin(kind="LOCATE", case_id=held.pk)


def write(writer: FieldClient, act: Begun, **given: Any) -> None:
    writer.record(act, fields=SAID, **given)
    writer.sync()


def film(camera: FieldClient, act: Begun, content: bytes = b"film", **given: Any) -> None:
    photo = camera.capture(content, shot_code="PANORAMA")
    camera.contribute(act.invitation, photos=[photo], **given)
    camera.sync()


@pytest.mark.parametrize("order", ["film first", "words first"])
def test_the_act_is_its_owners_and_has_what_both_brought_whoever_arrives_first(
    writer: FieldClient, camera: FieldClient, held: Case, cast: Cast, order: str
) -> None:
    act = begun(writer, held)
    other = {"narrative": "另一种说法", "trace_found": "车辆一台"}
    for part in order.split():
        if part == "film":
            film(camera, act, fields=other)
        elif part == "words":
            write(writer, act)
    if order == "film first":
        alone = FieldAction.objects.get()
        assert (alone.officer, alone.is_complete) == (cast.colleague, False)
        write(writer, act)
    else:
        film(camera, act, fields=other)
    action = FieldAction.objects.get()
    assert str(action.pk) == act.id
    assert (action.officer, action.missing, action.is_complete) == (cast.holder, [], True)
    assert action.recorded_at == writer.action(act.id).recorded_at
    assert (action.files_promised, action.files_verified) == (1, 1)
    assert "shot:PANORAMA" not in action.warnings, "the film of the other device is the act's"
    shown = browser_of(cast.duty).get(f"/api/v1/actions/{act.id}").json()
    assert shown["officer"]["name"] == cast.holder.name
    accounts = {each["is_contribution"]: each for each in shown["records"]}
    assert (accounts[False]["officer"]["name"], accounts[True]["officer"]["name"]) == (
        cast.holder.name,
        cast.colleague.name,
    )
    assert accounts[False]["fields"]["narrative"] == SAID["narrative"]
    assert accounts[True]["fields"]["narrative"] == "另一种说法"
    assert not Review.objects.exists()
    assert list(Replay().walk()) == []


def test_which_kind_the_act_is_its_officer_says_and_nobody_who_was_quicker(
    writer: FieldClient, camera: FieldClient, held: Case, cast: Cast
) -> None:
    act = begun(writer, held)
    camera.contribute(replace(act, kind="SERVE").invitation, photos=[camera.capture(b"film", shot_code="PANORAMA")])
    camera.sync()
    assert FieldAction.objects.get().kind == "SERVE"
    write(writer, act)
    action = FieldAction.objects.get()
    assert (action.kind, action.officer, action.files_promised) == ("LOCATE", cast.holder, 1)
    assert not Review.objects.exists()
    assert list(Replay().walk()) == []


@pytest.mark.parametrize("order", ["film first", "words first"])
def test_the_owner_sees_on_his_phone_who_contributed(
    writer: FieldClient, camera: FieldClient, held: Case, cast: Cast, order: str
) -> None:
    act = begun(writer, held)
    if order == "film first":
        film(camera, act)
        (alone,) = camera.case(held.pk).actions
        assert (alone.officer, alone.contributions) == (cast.colleague.name, ())
    write(writer, act)
    if order == "words first":
        film(camera, act)
    writer.sync()
    (shown,) = writer.case(held.pk).actions
    assert (shown.id, shown.officer, shown.status) == (act.id, cast.holder.name, "applied")
    (brought,) = shown.contributions
    assert (brought.officer, brought.status) == (cast.colleague.name, "applied")
    assert brought.recorded_at


def test_a_contribution_that_waits_does_not_say_what_became_of_the_act(
    writer: FieldClient, camera: FieldClient, held: Case, cast: Cast
) -> None:
    act = begun(writer, held)
    film(camera, act)
    write(writer, act)
    ActionSubject.objects.filter(record__officer=cast.colleague).update(status="parked", code="x")
    (told,) = action_summaries([held.pk])[held.pk]
    assert (told["status"], [each["status"] for each in told["contributions"]]) == ("applied", ["parked"])


@pytest.mark.parametrize("said", ["she", 5, [], {}, None, True])
def test_what_only_looks_like_a_contribution_is_listed_as_none(
    writer: FieldClient, camera: FieldClient, held: Case, said: Any
) -> None:
    act = begun(writer, held)
    film(camera, act)
    write(writer, act)
    record = ActionRecord.objects.get(fields__has_key="contributes_to")
    ActionRecord.objects.filter(pk=record.pk).update(fields={**record.fields, "contributes_to": said})
    (told,) = action_summaries([held.pk])[held.pk]
    assert "contributions" not in told


def test_a_contributors_words_complete_nothing_until_the_owner_takes_them_over(
    writer: FieldClient, camera: FieldClient, held: Case
) -> None:
    act = begun(writer, held)
    writer.record(act, fields={**SAID, "narrative": ""})
    writer.sync()
    film(camera, act, fields={"narrative": "到达现场，询问邻居。"})
    assert FieldAction.objects.get().missing == ["narrative"]
    answer = writer.correct(act.id, fields={"trace_found": "无"}, reason="补充")
    assert [each["code"] for each in answer.missing] == ["narrative"]
    writer.sync()
    assert FieldAction.objects.get().missing == ["narrative"]


def test_people_sign_on_either_phone(writer: FieldClient, camera: FieldClient, held: Case) -> None:
    act = begun(writer, held)
    present = [{"role": "DEBTOR", "name": "张某", "attendance": "ATTENDED"}]
    film(camera, act, signatures=[camera.sign(name="张某", role="DEBTOR", strokes=drawn(1))])
    writer.record(act, fields={**SAID, "attendees": present, "signatures": []})
    writer.sync()
    assert FieldAction.objects.get().missing == []


def test_the_same_file_from_both_devices_is_delivered_by_both_and_printed_once(
    writer: FieldClient, camera: FieldClient, held: Case, cast: Cast
) -> None:
    act, shot = begun(writer, held), jpeg()
    write(writer, act, photos=[writer.capture(shot, shot_code="PANORAMA")])
    film(camera, act, shot)
    assert Promise.objects.filter(state=Promise.State.VERIFIED).count() == 2
    assert StoredFile.objects.count() == 1
    action = FieldAction.objects.get()
    assert (action.files_promised, action.files_verified, action.is_complete) == (2, 2, True)
    make_pending_previews()
    content = bytes_of(cast.duty, issued(cast.duty, action)["sha256"])
    assert "附：现场照片及资料（共1件）" in "".join(pages_of(content))


def test_page_and_paper_say_who_brought_what(writer: FieldClient, camera: FieldClient, held: Case, cast: Cast) -> None:
    act = begun(writer, held)
    write(writer, act)
    film(camera, act, fields={"trace_found": "车辆一台"})
    told = issued(cast.duty, FieldAction.objects.get())
    found = "".join(pages_of(bytes_of(cast.duty, told["sha256"])))
    assert f"协助记录（另一台设备，1件资料）：{cast.colleague.name}" in found
    assert "车辆一台" in found
    assert f"全景（{cast.colleague.name}拍摄）" in found
    device = ActionRecord.objects.get(officer=cast.colleague).device
    page = browser_of(cast.duty).get(f"/centre/actions/{act.id}")
    words = page.content.decode()
    assert f"协助记录 · {cast.colleague.name}" in words
    assert (device.name or str(device.pk)[:8]) in words


def test_a_device_without_a_right_to_the_case_is_parked_and_changes_nothing(
    writer: FieldClient, held: Case, cast: Cast, tmp_path: Path
) -> None:
    act = begun(writer, held)
    write(writer, act)
    with client_of(cast.stranger, tmp_path / "stranger.db") as stranger:
        film(stranger, act)
        assert stranger.actions()[0].status in ("parked", "quarantined")
    action = FieldAction.objects.get(pk=act.id)
    assert (action.officer, action.files_promised, action.is_complete) == (cast.holder, 0, True)
    assert Review.objects.count() == 1


def test_the_contributors_device_says_nothing_lacks_and_has_no_paper(
    writer: FieldClient, camera: FieldClient, held: Case
) -> None:
    act = begun(writer, held)
    film(camera, act)
    contribution = camera.actions()[0]
    assert (contribution.id, contribution.missing, contribution.warnings) == (act.id, (), ())
    assert camera.paper_kinds(contribution) == {}
    with pytest.raises(NotFound):
        camera.render_paper(contribution)


@pytest.mark.parametrize("text", ["", "ZXA1.", "ZXA1.!!", "https://court.test", "ZXA1.eyJhIjoxfQ", None])
def test_what_is_no_invitation_is_refused(camera: FieldClient, text: Any) -> None:
    with pytest.raises(InvalidRecord) as refused:
        camera.contribute(text)
    assert refused.value.reason == "not_an_invitation"


def test_an_act_begun_is_recorded_once(writer: FieldClient, held: Case) -> None:
    act = begun(writer, held)
    write(writer, act)
    with pytest.raises(InvalidRecord) as refused:
        writer.record(act, fields=SAID)
    assert refused.value.reason == "already_recorded"
