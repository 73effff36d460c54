"""Where the `type` of a problem leads, and how an answer of Django's own becomes a problem."""

import io
import json
import re
import tomllib
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.signals import request_finished
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.test import Client, RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error

from server.common.errors import DomainError
from server.config.errors_page import FOLDER, entries, sections
from server.config.middleware import ApiProblems
from server.config.problems import problem_response
from tests.ground.sources import ROOT
from tests.ground.test_docs import documented_codes

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if identity := dict(attributes).get("id"):
            self.anchors.append(identity)

    def handle_data(self, data: str) -> None:
        if self.anchors:
            self.text[self.anchors[-1]] = self.text.get(self.anchors[-1], "") + data


@pytest.fixture
def page() -> Page:
    answer = Client().get("/api/errors")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    return Page(answer.content.decode())


def test_the_type_of_a_problem_leads_to_its_code_on_a_page(page: Page) -> None:
    told = Client().get("/api/v1/session").json()
    address, _, anchor = told["type"].partition("#")
    assert (address, anchor) == ("/api/errors", "not_signed_in")
    assert anchor in page.anchors


def test_every_code_a_client_can_be_told_has_its_anchor_once_and_words_in_both_languages(page: Page) -> None:
    assert page.anchors == documented_codes()
    assert len(set(page.anchors)) == len(page.anchors) > 60
    silent = [entry.code for entry in entries() if not entry.zh or not entry.en]
    assert not silent, f"say these in Chinese in {FOLDER / 'errors.zh.md'}: {silent}"
    assert "请先上报或下载一次" in page.text["bearer_invalid"]
    assert "No upload bearer" in page.text["bearer_invalid"]


def test_both_languages_name_the_same_codes_in_the_same_order_with_the_same_status() -> None:
    english, chinese = sections("en"), sections("zh")
    assert [each.code for each in chinese] == [each.code for each in english]
    for zh, en in zip(chinese[1:], english[1:], strict=True):
        assert re.match(r"\d{3}", zh.paragraphs[0]), zh.code
        assert zh.paragraphs[0][:3] == en.paragraphs[0][:3], zh.code


def test_the_page_is_shipped_with_the_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "reference/*.md" in project["tool"]["setuptools"]["package-data"]["*"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(method: str) -> None:
    assert getattr(Client(), method)("/api/errors").status_code == 405


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = Client().get("/api/errors").content.decode()
    for source in re.findall(r"""(?:src|href)="([^"#]+)\"""", html):
        answer = Client().get(source)
        answer.close()
        assert (source[:8], answer.status_code) == ("/static/", 200)
    assert not re.search(r"<script|<style|\sstyle=", html)
    assert "<code>" in html
    assert "`" not in html


def through(response: HttpResponseBase) -> tuple[HttpResponseBase, int]:
    """The answer ApiProblems makes of this one, and how often it told Django that the request had ended."""
    ended: list[Any] = []

    def note(**_: Any) -> None:
        ended.append(1)

    request_finished.connect(note)
    try:
        return ApiProblems(lambda request: response)(RequestFactory().get("/api/v1/x")), len(ended)
    finally:
        request_finished.disconnect(note)


def test_an_answer_of_djangos_own_becomes_a_problem_without_ending_the_request() -> None:
    refused = HttpResponseNotAllowed(["GET"], b"a page")
    refused.set_cookie("kept", "1")
    refused["Content-Length"] = "6"
    answer, ended = through(refused)
    assert isinstance(answer, HttpResponse)
    assert (answer.status_code, ended) == (405, 0)
    assert json.loads(answer.content)["code"] == "method_not_allowed"
    assert (answer["Allow"], answer["Content-Type"]) == ("GET", "application/problem+json")
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer.cookies["kept"].value == "1"


def test_a_stream_that_becomes_a_problem_is_closed_with_it() -> None:
    file = io.BytesIO(b"a page")
    answer, ended = through(FileResponse(file, status=404))
    assert json.loads(b"".join(answer))["code"] == "not_found"
    assert (file.closed, ended) == (False, 0)
    answer.close()
    assert file.closed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 416, 422, 426, 429, 500, 503])
def test_every_status_has_a_title_of_its_own_in_both_languages(status: int) -> None:
    for language, unknown in (("zh-hans", "错误"), ("en", "Error")):
        with override(language):
            told = json.loads(problem_response(DomainError("some_code", status, "…")).content)
        assert told["title"] != unknown


def test_an_address_nobody_serves_is_a_page_in_both_languages() -> None:
    answer = Client().get("/nothing")
    assert answer.status_code == 404
    assert "此地址没有页面" in answer.content.decode()
    assert "There is no page at this address" in answer.content.decode()


def test_a_fault_of_a_page_is_a_page_in_both_languages() -> None:
    answer = server_error(RequestFactory().get("/centre/"))
    assert answer.status_code == 500
    assert "系统出错" in answer.content.decode()
    assert "tell the administrator" in answer.content.decode()
