"""Authority judged, evidence kept: a case reassigned under an officer's feet, and one record our own code fails on."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client_sdk import Action, FieldClient, NotSent
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.transport import HttpTransport
from tests import pictures
from tests.journeys.deployment import Deployment
from tests.journeys.marks import POISON
from tests.sync.pushing import COMPLETE

PASSPHRASE = "三号楼的钥匙"


class NoUploads:
    """A line that carries what is small; photographs do not get through until `opened`."""

    def __init__(self, url: str) -> None:
        self._real = HttpTransport(url)
        self.opened = False

    def send(self, request: Request) -> Reply | Unreachable:
        if not self.opened and "/uploads/" in request.path:
            return Unreachable("too weak")
        return self._real.send(request)

    def close(self) -> None:
        self._real.close()


def enrolled(deployment: Deployment, store: Path, who: str, line: Any = None) -> FieldClient:
    code = deployment.enrolment_code(who)
    field = FieldClient.enrol(deployment.url, code=code, store=store, passphrase=PASSPHRASE, transport=line)
    field.sync()
    return field


def units(field: FieldClient, case_id: str) -> list[Any]:
    """Rows of the case in the store: [] once it is erased, [(1,)] while it is sealed."""
    return field.holdings.store.database.rows("SELECT is_leaving FROM unit WHERE id = ?", case_id)


def decide(browser: httpx2.Client, review_id: str, choice: str, note: str = "") -> dict[str, Any]:
    csrf = browser.get("/api/v1/session").json()["csrf"]
    headers = {"X-CSRFToken": csrf}
    answer = browser.post(f"/api/v1/reviews/{review_id}/{choice}", json={"note": note}, headers=headers)
    assert answer.status_code == 200, answer.text
    members: dict[str, Any] = answer.json()
    return members


def waiting_for(browser: httpx2.Client, action: Action) -> dict[str, Any]:
    """What the list says of this record."""
    listed: list[dict[str, Any]] = browser.get("/api/v1/reviews").json()["items"]
    (found,) = [review for review in listed if review["operation"] == action.hash]
    return found


def test_a_case_reassigned_while_she_is_in_the_basement(deployment: Deployment, store: Path, tmp_path: Path) -> None:
    case_id, line = deployment.city["cases"][0], NoUploads(deployment.url)
    first = enrolled(deployment, store, "holder", line)
    second = enrolled(deployment, tmp_path / "second.db", "bystander")
    assert case_id not in {case.id for case in second.cases()}
    photo = pictures.heavy_jpeg(200)
    action = first.record_action(case_id=case_id, kind="LOCATE", fields=COMPLETE, photos=[first.capture(photo)])
    deployment.run("-m", "tests.journeys.reassign", case_id, deployment.city["staff"]["bystander"])

    with pytest.raises(NotSent):
        first.sync(patience_seconds=0)
    assert first.action(action.id).status == "parked"
    assert case_id not in {case.id for case in first.cases()}, "she reads it no more"
    assert units(first, case_id) == [(1,)], "sealed while her photograph is not safe"
    assert first.today().reviews[0].text == "您的行为待审:行为时案件已改派。"
    line.opened = True
    assert first.sync().is_everything_sent
    first.sync()
    assert first.safe_to_purge(action)
    assert units(first, case_id) == [], "erased once her work is safe"

    second.sync()
    assert [act.status for act in second.case(case_id).actions] == ["parked"]
    (told,) = [review for review in second.reviews() if review.case_id == case_id]
    assert (told.is_own, told.action_id) == (False, action.id)

    with deployment.sign_in("director") as browser:
        waiting = waiting_for(browser, action)
        shown = browser.get(f"/api/v1/reviews/{waiting['id']}").json()
        assert [(case["then"]["holder"], case["now"]["holder"]) for case in shown["cases"]] == [("执行一组", "周行")]
        assert shown["act"]["files"] == {"promised": 1, "verified": 1}
        decided = decide(browser, waiting["id"], "ratify")
        assert (decided["state"], decided["act"]["status"], decided["act"]["complete"]) == ("ratified", "applied", True)

    for field in (first, second):
        field.sync()
        assert told.id in {review.id for review in field.reviews() if review.state == "ratified"}
    assert first.action(action.id).status == "applied"
    assert [act.status for act in second.case(case_id).actions] == ["applied"]
    first.close()
    second.close()


def test_she_is_asked_for_more_and_supplements_by_a_correction(deployment: Deployment, store: Path) -> None:
    field = enrolled(deployment, store, "colleague")
    case_id = deployment.city["cases"][1]
    thin = {name: value for name, value in COMPLETE.items() if name != "narrative"}
    action = field.record_action(case_id=case_id, kind="LOCATE", fields=thin)
    deployment.run("-m", "tests.journeys.reassign", case_id, deployment.city["staff"]["bystander"])
    field.sync()
    with deployment.sign_in("director") as browser:
        review = waiting_for(browser, action)
        decide(browser, review["id"], "supplement", "请补记经过")
        field.sync()
        (asked,) = field.today().reviews
        assert asked.text == "您的行为待审,请补充:行为时案件已改派。请补记经过"
        added = {"narrative": COMPLETE["narrative"]}
        correction = field.correct(action, reason="按要求补记", fields=added)
        field.sync()
        shown = browser.get(f"/api/v1/reviews/{review['id']}").json()
        original, later = shown["act"]["records"]
        assert [each["operation"] for each in original["corrected_by"]] == [later["operation"]] == [correction.hash]
        assert decide(browser, review["id"], "ratify")["act"]["records"][0]["fields"] == thin
        assert decide(browser, waiting_for(browser, correction)["id"], "ratify")["act"]["complete"]
    field.sync()
    assert {act.status for act in field.actions()} == {"applied"}
    field.close()


def test_one_poison_record_in_the_middle_of_five_hundred(broken_release: Deployment, store: Path) -> None:
    deployment = broken_release
    field = enrolled(deployment, store, "holder")
    case_id = deployment.city["cases"][0]
    for number in range(500):
        narrative = POISON if number == 250 else f"第 {number} 次到场"
        field.record_action(case_id=case_id, kind="LOCATE", fields={**COMPLETE, "narrative": narrative})
    assert dict(field.sync().statuses) == {"applied": 499, "quarantined": 1}
    field.sync()
    (review,) = field.today().reviews
    assert (review.seq, review.cause) == (251, "handler_fault")
    assert review.text == "您的行为待审:服务器处理出错,并非您的过失。"
    with deployment.sign_in("duty") as browser:
        (waiting,) = browser.get("/api/v1/reviews").json()["items"]
        assert (waiting["cause"], waiting["seq"], waiting["status"]) == ("handler_fault", 251, "quarantined")
        trace_id = waiting["details"]["trace_id"]
        assert browser.get(f"/api/v1/reviews/{waiting['id']}").json()["stated"]["fields"]["narrative"] == POISON

    deployment.stop()
    deployment.application = "server.config.asgi:application"
    deployment.start()
    told = json.loads(deployment.manage("replay_quarantined", "--trace-id", trace_id, "--json"))
    assert (told["replayed"], told["operations"][0]["status"]) == (1, "applied")
    assert json.loads(deployment.manage("replay_quarantined", "--json"))["replayed"] == 0
    with deployment.sign_in("duty") as browser:
        page = browser.get(f"/api/v1/cases/{case_id}/actions?limit=500").json()
        assert len({act["id"] for act in page["items"]}) == 500 == len(page["items"])
        assert browser.get("/api/v1/reviews").json()["items"] == []
    field.sync()
    assert {action.status for action in field.actions()} == {"applied"}
    assert [each.text for each in field.reviews()] == ["您的行为服务器修复后已生效:服务器处理出错,并非您的过失。"]
    field.close()
