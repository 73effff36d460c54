"""Nobody sees what is not his: every endpoint of the OpenAPI document, and every page, asked by those who may not."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from server.cases.models import Node
from server.centre.urls import urlpatterns
from server.config.api import api
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.people.models import Device, TwoPersonAct
from server.people.services import ask_two_persons
from server.supervision.models import Finding
from server.supervision.services import urge
from server.sync.models import Review
from server.teamwork.services import give_task, open_meeting, propose_handover
from tests.actors import Cast, browser_of
from tests.pictures import jpeg
from tests.strangers.act_papers import ACT_PAPERS, KNOWN_PAPERS, TOLD_ELSEWHERE
from tests.strangers.backfill import BACKFILL, BACKFILL_FORMS, BACKFILL_PAGES, FILLING_BODIES
from tests.strangers.between_courts import BETWEEN, BETWEEN_BODIES, BETWEEN_FOR_ALL, BETWEEN_LISTS, known_between
from tests.strangers.clocks import CLOCK_BODIES, CLOCKS, known_clocks
from tests.strangers.custody import CUSTODY
from tests.strangers.duty import DUTY, DUTY_BODIES, known_duty
from tests.strangers.exchange import EXCHANGE, EXCHANGE_PAGES
from tests.strangers.pages import DEVICE_PAGES, FORMS, LISTS_FOR_ALL, ODD_PAGES, PAGES, PAGES_FOR_ALL
from tests.strangers.safety import SAFETY, SAFETY_PAGES
from tests.strangers.work import COURT_WORK, MEETINGS, OPENING, TEAMWORK, WORK_BODIES, known_approval
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

WORK = CLOCKS | TEAMWORK
LIVE_NAMES = {"GET /api/v1/live/{court}/names"}
pytestmark = pytest.mark.django_db

OPEN = {
    "GET /api/v1/hello",
    "POST /api/v1/session",
    "POST /api/v1/devices/enrol",  # a one-time code
    "POST /api/v1/devices/incarnation",  # a certificate and a signature
    "POST /api/v1/sync/push",  # a certificate and a signature
    "POST /api/v1/sync/pull",
    "POST /api/v1/sync/sos",
    "POST /api/v1/devices/answer",
    *EXCHANGE,
    "HEAD /api/v1/sync/sealed/{sha256}",  # a revoked device's bearer
    "PATCH /api/v1/sync/sealed/{sha256}",
}
OWN = {"GET /api/v1/session", "DELETE /api/v1/session", "POST /api/v1/live/tickets", "POST /api/v1/notices/read"}
"""Speaks of the asker alone."""
DOUBTS = {"POST /api/v1/devices/{device_id}/answer"}
"""For the device's own officer alone."""
PARCELS = {
    "HEAD /api/v1/sync/parcels/{sha256}",
    "PATCH /api/v1/sync/parcels/{sha256}",
    "POST /api/v1/sync/parcels/{sha256}",
}
"""A device's bearer, or a session of one who looks after devices; each sees what it sent itself."""
TWO_PERSONS = {
    "GET /api/v1/two-person-acts/{act_id}",
    "POST /api/v1/two-person-acts/{act_id}/approve",
    "POST /api/v1/two-person-acts/{act_id}/refuse",
}
"""404 for all but the two persons' own court."""
LISTS = {
    "GET /api/v1/two-person-acts",
    "GET /api/v1/cases",
    "GET /api/v1/devices",
    "GET /api/v1/reviews",
    "GET /api/v1/reviews/groups",
    "GET /api/v1/handovers",
    "GET /api/v1/tasks",
    "GET /api/v1/approvals",
    "GET /api/v1/meetings",
    "GET /api/v1/warnings",
    "GET /api/v1/findings",
    "GET /api/v1/urges",
    "GET /api/v1/compelled",
    "GET /api/v1/notices",
    *BETWEEN_LISTS,
}
"""Empty for a stranger; reviews want a role."""
REVIEWS = {
    "GET /api/v1/reviews/{review_id}",
    "POST /api/v1/reviews/{review_id}/ratify",
    "POST /api/v1/reviews/{review_id}/annul",
    "POST /api/v1/reviews/{review_id}/supplement",
    "POST /api/v1/reviews/{review_id}/belongs",
    "POST /api/v1/reviews/decide",
}
"""404 for a stranger, and for many at once the same for each."""
ACT_WORDS = {
    "POST /api/v1/cases/{case_id}/bundle",
    "POST /api/v1/cases/{case_id}/related",
    "POST /api/v1/cases/{case_id}/triage/override",
    "POST /api/v1/actions/{action_id}/annul",
    "POST /api/v1/actions/{action_id}/reinstate",
    "POST /api/v1/cases/{case_id}/urges",
    "POST /api/v1/urges/{urge_id}/reply",
    "POST /api/v1/findings/{finding_id}/explain",
    "POST /api/v1/compelled/{clock_id}/release",
    "POST /api/v1/findings/{finding_id}/conclude",
}
"""404 for who may not read the act or the case, 403 for who reads it and leads or holds nothing."""
HIDDEN = {
    "GET /api/v1/cases/{case_id}",
    "GET /api/v1/cases/{case_id}/work",
    "GET /api/v1/handovers/{handover_id}",
    "GET /api/v1/cases/{case_id}/actions",
    "GET /api/v1/cases/{case_id}/claims",
    "GET /api/v1/cases/{case_id}/renewals",
    "GET /api/v1/cases/{case_id}/guards",
    "GET /api/v1/cases/{case_id}/triage",
    "POST /api/v1/cases/{case_id}/triage",
    "GET /api/v1/cases/{case_id}/papers",
    "GET /api/v1/actions/{action_id}",
    "GET /api/v1/evidence/{sha256}",
    "HEAD /api/v1/evidence/{sha256}",
    "GET /api/v1/evidence/{sha256}/thumbnail",
    "POST /api/v1/evidence/{sha256}/wanted",
    "DELETE /api/v1/evidence/{sha256}/wanted",
    *ACT_PAPERS,
    "GET /api/v1/live/{court}",
    "GET /api/v1/live/{court}/snapshot",
    "GET /api/v1/live/{court}/names",
}
"""404 for a stranger, as if there were none."""
DEVICES = {
    "GET /api/v1/devices/{device_id}/held",
    "GET /api/v1/devices/{device_id}/sealed",
    "POST /api/v1/devices/{device_id}/revoke",
    "POST /api/v1/devices/{device_id}/sealed/release",
    "POST /api/v1/devices/{device_id}/escrow",
}
"""404 for a stranger; the administrator looks after devices, and is told of no case."""
RECOVERED = {"POST /api/v1/devices/{device_id}/confirm"}
"""404 for a stranger; the keepers of devices are told that this one waits for nothing."""
QUERIES = {"GET /api/v1/live/{court}": "?after=0", "GET /api/v1/live/{court}/names": "?ids={case_id}"}
BODIES: dict[str, dict[str, Any]] = CLOCK_BODIES | {
    "POST /api/v1/devices/{device_id}/answer": {"was_me": False},
    **WORK_BODIES,
    **DUTY_BODIES,
    **FILLING_BODIES,
    **BETWEEN_BODIES,
    "POST /api/v1/reviews/{review_id}/ratify": {},
    "POST /api/v1/cases/{case_id}/bundle": {"reason": "so"},
    "POST /api/v1/reviews/{review_id}/annul": {"note": "no"},
    "POST /api/v1/reviews/{review_id}/supplement": {"note": "more"},
    "POST /api/v1/reviews/{review_id}/belongs": {"typed": "7", "case_no": "8"},
    "POST /api/v1/actions/{action_id}/annul": {"note": "no"},
    "POST /api/v1/actions/{action_id}/reinstate": {},
    "POST /api/v1/cases/{case_id}/triage/override": {"track": "HARD", "reason": "so"},
    "POST /api/v1/cases/{case_id}/urges": {"text": "news?"},
    "POST /api/v1/urges/{urge_id}/reply": {"text": "soon"},
    "POST /api/v1/compelled/{clock_id}/release": {"released_at": "2026-01-05T09:00:00Z", "reason": "so"},
    "POST /api/v1/findings/{finding_id}/explain": {"cause": "other", "explanation": "so"},
    "POST /api/v1/findings/{finding_id}/conclude": {"conclusion": "excused"},
    "POST /api/v1/notices/read": {"ids": ["01999999-0000-7000-8000-00000000000f"]},
    "POST /api/v1/reviews/decide": {"choice": "ratify", "ids": ["01999999-0000-7000-8000-00000000000f"]},
    "POST /api/v1/devices/{device_id}/revoke": {"reason": "lost"},
    "POST /api/v1/devices/{device_id}/sealed/release": {"reason": "found again"},
    "POST /api/v1/devices/{device_id}/escrow": {
        "reason": "passphrase forgotten",
        "store": "s",
        "way": "columns",
        "slot": {"kem": "x25519-hkdf-sha256", "ephemeral": "AA==", "nonce": "AA==", "wrapped": "AA=="},
        "recipient": "AA==",
    },
}
"""What a writing endpoint is asked with, so that it is the right that is judged and not the form."""


@pytest.fixture(scope="module")
def known(cast: Cast, standing: DjangoDbBlocker) -> dict[str, str]:
    """Ids of one case with one act and its proved photo, which stands for all tests of a module."""
    with standing.unblock():
        return known_to(cast)


def known_to(cast: Cast) -> dict[str, str]:
    case = hold(file_one(cast), cast.group)
    phone, photo = phone_of(cast.holder), jpeg()
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[photo])
    phone.push()
    assert phone.upload(photo) == 204
    sha256 = Promise.objects.values_list("sha256", flat=True).get()
    phone.record_bytes(b"no body at all")
    phone.push()
    action = FieldAction.objects.get()
    device = Device.objects.get(pk=phone.id)
    act = ask_two_persons(kind=TwoPersonAct.Kind.RELEASE, device=device, reason="找回", by=cast.duty)
    urged = urge(case_id=case.pk, text="进展如何？", by=cast.duty)
    node = Node.objects.filter(case=case).order_by("pk")[0]
    late = {"node": node, "case": case, "court": cast.court, "due": "2026-11-09", "due_on": date(2026, 11, 9)}
    return (
        {
            "urge_id": str(urged.pk),
            "finding_id": str(Finding.objects.create(level="OVERDUE", **late).pk),
            "case_id": str(case.pk),
            "case_no": case.case_no,
            "action_id": str(action.pk),
            "review_id": str(Review.objects.get().pk),
            "sha256": sha256,
            "court": str(cast.court.pk),
            "court_id": str(cast.court.pk),
            "device_id": str(phone.id),
            "act_id": str(act.pk),
            "task_id": str(give_task(case=case, text="取钥匙", to=cast.holder, due_on=date.max, by=cast.holder).pk),
            "move": "done",
            "figure": "sent",
            "meeting_id": str(open_meeting(court=cast.court, team=None, day=date(2026, 11, 2), by=cast.director).pk),
            "director_id": str(cast.director.pk),
            "handover_id": str(propose_handover(case=case, stage="funds", by=cast.holder, to_officer=cast.director).pk),
        }
        | KNOWN_PAPERS
        | known_clocks(case)
        | known_duty(cast)
        | known_approval(case, cast.holder)
        | known_between(case, cast.other_court, cast.holder)
    )


def endpoints() -> set[str]:
    paths = api.get_openapi_schema()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def ask(browser: Client, endpoint: str, known: dict[str, str]) -> Any:
    method, path = endpoint.split(" ")
    address = (path + QUERIES.get(endpoint, "")).format(**known)
    body = json.dumps(BODIES.get(endpoint, {})).replace("{director_id}", known["director_id"])
    for name in ("case_id", "case_no", "action_id", "court_id"):
        body = body.replace(f"{{{name}}}", known[name])
    answer: Any = browser.generic(method, address, body, content_type="application/json")
    answer.spoken = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def tells_of(answer: Any, known: dict[str, str]) -> list[str]:
    """What of the case stands in an answer."""
    spoken = answer.spoken.decode("utf-8", "replace")
    return [name for name in ("case_id", "case_no", "action_id", "sha256") if known[name] in spoken]


def test_every_endpoint_is_in_the_table() -> None:
    known = OPEN | OWN | LISTS | REVIEWS | HIDDEN | DEVICES | RECOVERED | TWO_PERSONS | PARCELS | DOUBTS
    own = {OPENING} | DUTY | BETWEEN | BETWEEN_FOR_ALL
    assert endpoints() == known | ACT_WORDS | WORK | COURT_WORK | MEETINGS | BACKFILL | CUSTODY | SAFETY | own


def test_every_page_is_in_the_table() -> None:
    routes = {str(route.pattern) for route in urlpatterns}
    assert (
        routes
        == PAGES_FOR_ALL
        | FORMS
        | BACKFILL_FORMS
        | PAGES.keys()
        | DEVICE_PAGES.keys()
        | BACKFILL_PAGES.keys()
        | ODD_PAGES
        | EXCHANGE_PAGES
        | SAFETY_PAGES
    )


@pytest.mark.parametrize(
    "endpoint",
    sorted(
        (OWN | LISTS | REVIEWS | HIDDEN | DEVICES | RECOVERED | TWO_PERSONS | PARCELS | DOUBTS)
        | (ACT_WORDS | WORK | COURT_WORK | MEETINGS | BACKFILL | {OPENING} | DUTY | BETWEEN | BETWEEN_FOR_ALL)
    ),
)
def test_one_who_is_not_signed_in_is_asked_to(known: dict[str, str], endpoint: str) -> None:
    answer = ask(Client(), endpoint, known)
    assert answer.status_code == 401
    if not endpoint.startswith("HEAD"):
        assert json.loads(answer.spoken)["code"]


@pytest.mark.parametrize("endpoint", sorted((HIDDEN | ACT_WORDS | WORK | MEETINGS | BETWEEN) - LIVE_NAMES))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_one_who_may_not_finds_nothing(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == 404
    assert not {"case_no", "action_id"} & set(tells_of(answer, known))


@pytest.mark.parametrize("endpoint", sorted(TWO_PERSONS))
@pytest.mark.parametrize("who", ["stranger", "bystander", "holder", "supervisor"])
def test_what_wants_two_persons_is_hidden_from_all_others(
    known: dict[str, str], cast: Cast, who: str, endpoint: str
) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == 404


@pytest.mark.parametrize("endpoint", sorted(DOUBTS))
@pytest.mark.parametrize("who", ["stranger", "bystander", "sysadmin", "duty"])
def test_nobody_answers_for_another(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    assert ask(browser_of(getattr(cast, who)), endpoint, known).status_code == 404


@pytest.mark.parametrize("endpoint", sorted(PARCELS))
@pytest.mark.parametrize("who", ["stranger", "bystander", "inspector"])
def test_parcels_are_taken_from_no_other_desk(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    assert ask(browser_of(getattr(cast, who)), endpoint, known).status_code == 403


@pytest.mark.parametrize("endpoint", sorted(DEVICES))
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("bystander", 404), ("sysadmin", 200)])
def test_a_device_is_its_officers_and_its_keepers(
    known: dict[str, str], cast: Cast, who: str, status: int, endpoint: str
) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == status
    assert not tells_of(answer, known)


@pytest.mark.parametrize("endpoint", sorted(RECOVERED))
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("bystander", 404), ("sysadmin", 409)])
def test_a_recovered_device_is_confirmed_by_its_keepers(
    known: dict[str, str], cast: Cast, who: str, status: int, endpoint: str
) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == status
    assert not tells_of(answer, known)


@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_names_are_told_to_nobody_else(known: dict[str, str], cast: Cast, who: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), "GET /api/v1/live/{court}/names", known)
    assert answer.status_code == 404


@pytest.mark.parametrize("endpoint", sorted(LISTS))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_lists_tell_a_stranger_nothing_of_it(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    assert answer.status_code == (403 if "/reviews" in endpoint else 200)
    assert not tells_of(answer, known)


@pytest.mark.parametrize("endpoint", sorted(REVIEWS))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander", "holder"])
def test_a_review_is_hidden_from_those_who_do_not_watch_the_court(
    known: dict[str, str], cast: Cast, who: str, endpoint: str
) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    if endpoint.endswith("/decide"):
        assert json.loads(answer.spoken)["items"][0]["code"] == "review_not_found"
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("bystander", 404), ("sysadmin", 200)])
def test_pages_of_devices_tell_a_stranger_of_none_and_the_administrator_of_no_case(
    known: dict[str, str], cast: Cast, who: str, status: int
) -> None:
    browser = browser_of(getattr(cast, who))
    listed = browser.get(DEVICE_PAGES["devices"])
    assert (known["device_id"] in listed.content.decode()) == (status == 200)
    shown = browser.get(DEVICE_PAGES["devices/<uuid:device_id>"].format(**known))
    assert shown.status_code == status
    assert known["case_no"] not in listed.content.decode() + shown.content.decode()


@pytest.mark.parametrize("path", [*PAGES.values(), *DEVICE_PAGES.values(), *BACKFILL_PAGES.values()])
def test_pages_send_those_not_signed_in_to_the_door(known: dict[str, str], path: str) -> None:
    answer = Client().get(path.format(**known))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/centre/sign-in")


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_pages_show_a_stranger_nothing_of_it(known: dict[str, str], cast: Cast, who: str, path: str) -> None:
    answer = browser_of(getattr(cast, who)).get(path.format(**known))
    assert answer.status_code == (200 if path in LISTS_FOR_ALL else 404)
    assert known["case_no"] not in answer.content.decode()


@pytest.mark.parametrize("endpoint", sorted(HIDDEN - TOLD_ELSEWHERE))
def test_one_who_may_finds_it(known: dict[str, str], cast: Cast, endpoint: str) -> None:
    """Without this the tests above would hold for a broken address too."""
    answer = ask(browser_of(cast.duty), endpoint, known)
    assert answer.status_code in ((200, 404) if "thumbnail" in endpoint else (200,))


@pytest.mark.parametrize("path", ["/api/v1/uploads/{sha256}", "/api/v1/uploads/{sha256}/receipt"])
@pytest.mark.parametrize("method", ["head", "patch", "delete", "post", "get"])
def test_uploads_answer_no_browser_session(known: dict[str, str], cast: Cast, method: str, path: str) -> None:
    answer = getattr(browser_of(cast.duty), method)(path.format(**known), headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code in (401, 403, 405)
