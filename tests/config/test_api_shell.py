"""What every answer of the API has in common, whichever app gives it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import URLResolver, get_resolver

from server.config import api as api_module
from server.ledger.models import ServerLife
from server.ledger.queries import current_server_epoch
from tests.actors import Cast, browser_of

PROBLEM = "application/problem+json"


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(told)
    assert told["status"] == answer.status_code
    assert told["type"] == f"/api/errors#{told['code']}"
    assert told["request_id"] == answer["X-Request-Id"]
    return told


@pytest.mark.django_db
def test_hello_says_version_protocol_epoch_and_time() -> None:
    told = Client().get("/api/v1/hello").json()
    assert set(told) == {"product", "version", "protocol", "server_epoch", "server_time"}
    assert told["product"] == "zhixing"
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    assert told["protocol"] == {"min": 1, "max": 1}
    assert told["server_epoch"] == current_server_epoch()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["server_time"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/nothing", 404, "not_found"),
        ("get", "/api/", 404, "not_found"),
        ("put", "/api/v1/hello", 405, "method_not_allowed"),
        ("get", "/api/v1/devices", 401, "not_signed_in"),
    ],
)
def test_errors_of_routing_are_problems_too(method: str, path: str, status: int, code: str) -> None:
    answer = getattr(Client(), method)(path)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.django_db
def test_a_method_that_is_not_taken_names_those_that_are() -> None:
    assert "GET" in Client().put("/api/v1/hello")["Allow"]


@pytest.mark.django_db
def test_invalid_fields_are_named_and_never_repeated() -> None:
    body = {"password": "a secret " * 200}
    told = problem(Client().post("/api/v1/session", body, content_type="application/json"))
    assert (told["status"], told["code"]) == (422, "validation_failed")
    assert {"in": "body", "field": "staff_no", "reason": "missing"} in told["fields"]
    assert {"in": "body", "field": "password", "reason": "string_too_long"} in told["fields"]
    assert "secret" not in json.dumps(told)


def test_an_invalid_query_is_named(cast: Cast) -> None:
    told = problem(browser_of(cast.duty).get("/api/v1/devices?limit=0&cursor=x"))
    assert {(field["in"], field["field"]) for field in told["fields"]} == {("query", "limit"), ("query", "cursor")}


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 5000])
def test_a_body_that_is_no_json_is_a_bad_request(body: bytes) -> None:
    told = problem(Client().post("/api/v1/session", body, content_type="application/json"))
    assert (told["status"], told["code"]) == (400, "bad_request")


@pytest.mark.django_db
def test_a_lone_surrogate_is_a_validation_error() -> None:
    body = b'{"staff_no": "\\ud800", "password": "x"}'
    told = problem(Client().post("/api/v1/session", body, content_type="application/json"))
    assert told["code"] == "validation_failed"


@pytest.mark.django_db
def test_a_body_beyond_the_limit_is_told_so(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = Client().post("/api/v1/session", b"x" * 101, content_type="application/json")
    assert (answer.status_code, problem(answer)["code"]) == (413, "body_too_large")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_a_bad_request() -> None:
    assert problem(Client().get("/api/v1/hello", headers={"Host": "evil.example"}))["code"] == "bad_request"


@pytest.mark.django_db
def test_an_unexpected_fault_is_logged_with_its_id_and_told_to_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(api_module, "current_server_epoch", fail)
    answer = Client().get("/api/v1/hello")
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (500, "internal_error")
    assert b"hunter2" not in answer.content
    assert any(told["request_id"] in record.getMessage() and record.exc_info for record in caplog.records)


@pytest.mark.django_db
def test_a_database_that_is_away_means_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OperationalError("connection to server at 10.0.0.5 failed")

    monkeypatch.setattr(api_module, "current_server_epoch", fail)
    answer = Client().get("/api/v1/hello")
    assert (answer.status_code, problem(answer)["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert b"10.0.0.5" not in answer.content


@pytest.mark.django_db
def test_a_callers_request_id_is_kept_when_harmless_and_replaced_otherwise() -> None:
    assert Client().get("/api/v1/hello", headers={"X-Request-Id": "job-7.a_b"})["X-Request-Id"] == "job-7.a_b"
    for harmful in ("a b", "x" * 65, "<script>", ""):
        assert Client().get("/api/v1/hello", headers={"X-Request-Id": harmful})["X-Request-Id"] != harmful


@pytest.mark.django_db
def test_problems_speak_chinese_by_default_and_english_when_asked() -> None:
    chinese = Client().get("/api/v1/devices").json()
    french = Client().get("/api/v1/devices", headers={"Accept-Language": "fr"}).json()
    english = Client().get("/api/v1/devices", headers={"Accept-Language": "en-GB,en;q=0.8"}).json()
    assert chinese["detail"] == french["detail"] == "请先登录。"
    assert english["detail"] == "Sign in first."


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/hello", "/api/v1/nothing", "/api/docs", "/healthz", "/centre/sign-in"])
def test_every_answer_carries_the_protecting_headers(path: str) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_answers_of_the_api_are_not_cached() -> None:
    assert Client().get("/api/v1/hello")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_description_and_its_page_need_no_network() -> None:
    description = Client().get("/api/openapi.json").json()
    assert {"/api/v1/hello", "/api/v1/session", "/api/v1/devices", "/api/v1/devices/enrol"} <= set(description["paths"])
    page = Client().get("/api/docs")
    sources = re.findall(r"""(?:src|href)="([^"]+)\"""", page.content.decode())
    assert sources
    for source in sources:
        assert source.startswith("/static/")
        answer = Client().get(source)
        answer.close()
        assert answer.status_code == 200
    assert not re.search(r"<script>|<style>|\son\w+=|\sstyle=", page.content.decode())


@pytest.mark.django_db
def test_the_description_says_what_a_device_sends_and_how_errors_look() -> None:
    description = Client().get("/api/openapi.json").json()
    operations = {(path, way): each for path, ways in description["paths"].items() for way, each in ways.items()}
    for path in ("devices/enrol", "devices/incarnation", "devices/answer", "sync/push", "sync/pull"):
        assert operations[f"/api/v1/{path}", "post"]["requestBody"]["required"]
    assert all("application/problem+json" in each["responses"]["default"]["content"] for each in operations.values())
    assert {"code", "status", "type"} <= set(description["components"]["schemas"]["Problem"]["required"])
    assert all(address in description["info"]["description"] for address in ("/api/v1/uploads/", "/ws/v1/live"))


@pytest.mark.django_db
def test_health_and_readiness() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
    assert Client().get("/readyz").json() == {"status": "ready", "database": "ok", "storage": "ok"}


@pytest.mark.django_db
def test_a_server_that_was_never_migrated_is_not_ready() -> None:
    ServerLife.objects.all().delete()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")


@pytest.mark.django_db
def test_a_server_whose_folder_cannot_be_written_is_not_ready(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    answer = Client().get("/readyz")
    told = {"status": "unready", "database": "ok", "storage": "not_writable"}
    assert (answer.status_code, answer.json()) == (503, told)


def test_every_address_of_the_api_is_below_v1_or_describes_it() -> None:
    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/")
    assert isinstance(api, URLResolver)
    paths = {str(entry.pattern) for entry in api.url_patterns}
    assert all(path.startswith("v1/") for path in paths - {"openapi.json", "docs", ""})
