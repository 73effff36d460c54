"""Signing in and out, the language and the light, by a browser without scripts against a real web server."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from django.conf import global_settings
from pytest_django.fixtures import Settings

from server.cases.models import Case
from tests.actors import PASSWORD, Cast
from tests.cases.conftest import file_one
from tests.centre.reading import Element, Page

pytestmark = pytest.mark.django_db(transaction=True)
SIGN_IN = "/centre/sign-in"


@pytest.fixture(autouse=True)
def _passwords_as_the_server_keeps_them(cast: Cast, settings: Settings) -> None:
    """The suite hashes quickly; the server, a process with settings of its own, knows only what is slow."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    for officer in (cast.duty, cast.director):
        officer.set_password(PASSWORD)
        officer.save(update_fields=["password"])


@pytest.fixture
def browser(web: str) -> Iterator[httpx2.Client]:
    """One that prefers English, as far as it is asked."""
    with httpx2.Client(base_url=web, headers={"Accept-Language": "en-GB,en"}, timeout=30) as client:
        yield client


@pytest.fixture
def case(cast: Cast) -> Case:
    return file_one(cast)


def submit(browser: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    """Fills in the first form of a page that posts these fields, and sends it."""
    forms = [form for form in Page.of(browser.get(path)).all("form") if set(fields) <= _names(form)]
    hidden = {field["name"]: field["value"] for field in forms[0].all("input[type=hidden]")}
    return browser.post(forms[0].attributes.get("action") or path, data=hidden | fields)


def _names(form: Element) -> set[str]:
    return {field["name"] for tag in ("input", "button") for field in form.all(f"{tag}[name]")}


def sign_in(browser: httpx2.Client, password: str = PASSWORD, path: str = SIGN_IN, staff_no: str = "240201") -> Any:
    return submit(browser, path, staff_no=staff_no, password=password)


def test_who_is_not_signed_in_is_led_to_the_door_and_then_to_where_he_wanted(
    browser: httpx2.Client, cast: Cast, case: Case
) -> None:
    wanted = f"/centre/cases/{case.pk}"
    led = browser.get(wanted)
    assert (led.status_code, led.headers["Location"]) == (302, f"{SIGN_IN}?next={wanted}")
    entered = sign_in(browser, path=led.headers["Location"])
    assert (entered.status_code, entered.headers["Location"]) == (302, wanted)
    assert Page.of(browser.get(wanted)).one("h1").text == case.case_no


def test_the_door_is_chinese_whatever_the_browser_prefers(browser: httpx2.Client, cast: Cast) -> None:
    page = Page.of(browser.get(SIGN_IN))
    assert page.one("html")["lang"] == "zh-CN"
    assert [label.text for label in page.all("label")] == ["工号", "密码"]
    assert page.one("input[name=password]")["autocomplete"] == "current-password"


def test_a_wrong_password_is_said_so_and_only_the_number_is_kept(browser: httpx2.Client, cast: Cast) -> None:
    answer = sign_in(browser, "a secret typed wrongly")
    page = Page.of(answer)
    assert answer.status_code == 401
    assert page.one("[role=alert]").text == "工号或密码错误，或账号不可用。"
    assert page.one("input[name=staff_no]")["value"] == "240201"
    assert "value" not in page.one("input[name=password]").attributes
    assert "secret" not in answer.text
    assert "sessionid" not in browser.cookies


def test_five_failures_close_the_door_even_to_the_right_password(browser: httpx2.Client, cast: Cast) -> None:
    assert [sign_in(browser, "wrong").status_code for _ in range(5)] == [401, 401, 401, 401, 429]
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert Page.of(answer).one("[role=alert]").text == "失败次数过多，请稍后再试。"
    assert sign_in(browser, staff_no="240202").status_code == 302, "another number is not locked"


def test_a_next_on_another_site_is_not_followed(browser: httpx2.Client, cast: Cast) -> None:
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        browser.cookies.clear()
        assert sign_in(browser, path=f"{SIGN_IN}?next={foreign}").headers["Location"] == "/centre/"


def test_a_form_without_its_token_changes_nothing_and_says_so_in_chinese(browser: httpx2.Client, cast: Cast) -> None:
    refused = browser.post(SIGN_IN, data={"staff_no": "240201", "password": PASSWORD})
    page = Page.of(refused)
    assert (refused.status_code, page.one("h1").text) == (403, "页面已过期")
    assert page.one("a.btn")["href"] == "/centre/"
    assert "sessionid" not in browser.cookies


def test_signing_out_ends_the_session_and_cannot_be_linked_to(browser: httpx2.Client, cast: Cast) -> None:
    sign_in(browser)
    stolen = dict(browser.cookies)
    assert browser.get("/centre/sign-out").status_code == 405
    token = Page.of(browser.get("/centre/")).all("input[name=csrfmiddlewaretoken]")[0]["value"]
    gone = browser.post("/centre/sign-out", data={"csrfmiddlewaretoken": token})
    assert (gone.status_code, gone.headers["Location"]) == (302, SIGN_IN)
    with httpx2.Client(base_url=str(browser.base_url), cookies=stolen) as thief:
        assert thief.get("/centre/").status_code == 302


def test_english_is_chosen_once_and_holds_on_the_page_one_was_on(
    browser: httpx2.Client, cast: Cast, case: Case
) -> None:
    sign_in(browser)
    where = f"/centre/cases/{case.pk}?stage=filing"
    page = Page.of(browser.get(where))
    assert (page.one("html")["lang"], page.one("button[name=language]").text) == ("zh-CN", "English")
    assert "立案分案" in page.one("section.list").text
    chosen = submit(browser, where, language="en")
    assert (chosen.status_code, chosen.headers["Location"]) == (302, where)
    page = Page.of(browser.get(where))
    assert (page.one("html")["lang"], page.one("button[name=language]").text) == ("en", "中文")
    assert "Filing and assignment" in page.one("section.list").text
    submit(browser, where, language="zh-hans")
    assert Page.of(browser.get(where)).one("html")["lang"] == "zh-CN"


def test_the_dark_is_chosen_and_kept(browser: httpx2.Client, cast: Cast) -> None:
    assert Page.of(browser.get(SIGN_IN)).one("html")["data-theme"] == "light"
    submit(browser, SIGN_IN, theme="dark")
    assert Page.of(browser.get(SIGN_IN)).one("html")["data-theme"] == "dark"


def test_a_choice_of_nothing_we_have_is_no_choice_and_leads_nowhere_else(browser: httpx2.Client, cast: Cast) -> None:
    answer = submit(browser, SIGN_IN, language="klingon", theme="pink", back="https://evil.example/")
    assert answer.headers["Location"] == "/centre/"
    assert not {"django_language", "theme"} & set(browser.cookies)
    browser.cookies.set("theme", '"><script>')
    browser.cookies.set("django_language", "../../en")
    page = Page.of(browser.get(SIGN_IN))
    assert (page.one("html")["lang"], page.one("html")["data-theme"]) == ("zh-CN", "light")
