"""A user who opens whatever a page leads to, and presses whatever it offers; what he pressed is undone again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from server.common.clock import local_date, now
from tests.centre.reading import Element, Page

START = "/centre/"
LEFT_ALONE = ("/centre/sign-out", "/centre/choose", "/static/")
REFUSED = frozenset({403, 404, 405})
REFUSALS = ("role_required", "may_not", "not_in_charge")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Walk:
    browser: Client
    nowhere: str = ""
    """Id of what the world names and does not have."""
    opened: dict[str, int] = field(default_factory=dict)
    """Every address once: as often as its query differs in more than its values, and what it answered."""
    pressed: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def all_of_it(self) -> "Walk":
        waiting = [START]
        while waiting:
            address = waiting.pop(0)
            if (kind := _kind_of(address)) in self.opened:
                continue
            answer: Any = self.browser.get(address, follow=True)
            self.opened[kind] = answer.status_code
            _read(answer)
            if answer.status_code != 200:
                self.faults.append(f"GET {address}: {answer.status_code}")
            elif not answer.streaming and answer.headers["Content-Type"].startswith("text/html"):
                page = Page.of_text(answer.status_code, answer.content.decode())
                links = (urljoin(address, each) for each in _leads_to(page))
                waiting += [each for each in links if not self.nowhere or self.nowhere not in each]
                self._press(page, address)
        return self

    def _press(self, page: Page, address: str) -> None:
        for form in page.all("form"):
            for action, method, values in _ways_to_send(form, address):
                if method == "post" and not action.startswith(LEFT_ALONE):
                    self._send(action, values)
                elif method == "get":
                    self._get(action, values)

    def _get(self, action: str, values: dict[str, Any]) -> None:
        answer: Any = self.browser.get(action, values, follow=True)
        _read(answer)
        if answer.status_code != 200:
            self.faults.append(f"GET {action} {values}: {answer.status_code}")

    def _send(self, action: str, values: dict[str, Any]) -> None:
        key = f"{urlsplit(action).path} {' '.join(sorted(values))} {values.get('choice', '')}{values.get('word', '')}"
        if key in self.pressed:
            return
        kept = SimpleCookie(self.browser.cookies)
        with transaction.atomic():
            answer: Any = self.browser.post(action, values)
            _read(answer)
            transaction.set_rollback(True)
        self.browser.cookies = kept
        self.pressed[key] = answer.status_code
        refused = any(word in str(answer.headers.get("Location", "")) for word in REFUSALS)
        if answer.status_code in REFUSED or answer.status_code >= 500 or refused:
            self.faults.append(f"POST {action} {values}: {answer.status_code} {answer.headers.get('Location', '')}")


def _read(answer: Any) -> None:
    """To its end, which closes the file it comes from."""
    if answer.streaming:
        b"".join(answer.streaming_content)


def _kind_of(address: str) -> str:
    """The values of filters lead to no other page."""
    parts = urlsplit(address)
    return f"{parts.path}?{'&'.join(sorted({name for name, _value in parse_qsl(parts.query)}))}"


def _leads_to(page: Page) -> Iterator[str]:
    for link in (*page.all("a[href]"), *page.all("img[src]")):
        address = link.attributes.get("href") or link.attributes.get("src") or ""
        is_ours = not address.startswith(("#", "http", "data:", *LEFT_ALONE))
        if is_ours and "download" not in link.attributes:
            yield address.partition("#")[0] or START


def _ways_to_send(form: Element, address: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """One for each of its buttons: the address, the method, and what it sends."""
    values, method = _filled(form), form.attributes.get("method", "get").lower()
    target = urljoin(address, form.attributes.get("action") or address)
    for button in form.all("button") or [Element("button")]:
        named = {button["name"]: button.attributes.get("value", "")} if "name" in button.attributes else {}
        if button.attributes.get("type", "submit") == "submit":
            yield urljoin(address, button.attributes.get("formaction") or target), method, {**values, **named}


def _filled(form: Element) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for one in (*form.all("input[name]"), *form.all("textarea[name]"), *form.all("select[name]")):
        if (value := _value_of(one)) is not None:
            filled.setdefault(one["name"], value)
    return filled


def _value_of(one: Element) -> Any:
    given, kind = one.attributes.get("value"), one.attributes.get("type", one.tag)
    match kind:
        case "select":
            options = [each["value"] for each in one.all("option[value]")]
            return next((value for value in options if value), "")
        case "checkbox" | "radio":
            return (given or "on") if "checked" in one.attributes or "required" in one.attributes else None
        case "file":
            return SimpleUploadedFile("paper.pdf", PDF, "application/pdf")
        case "date":
            return given or one.attributes.get("min") or local_date(now()).isoformat()
        case "datetime-local":
            return given or f"{local_date(now()).isoformat()}T23:30"
        case "number":
            return given or "1"
        case "textarea" | "password":
            return "说明"
        case _:
            return given or ("说明" if "required" in one.attributes else "")
