"""Reads a page as its reader does: elements by tag, class or attribute, and their words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2
from django.test import Client

from server.people.models import Officer
from tests.actors import browser_of

VOID = frozenset({"meta", "link", "input", "img", "br", "use", "circle", "path", "line", "rect"})
SELECTOR = re.compile(r"^(?P<tag>[a-z0-9]*)(?P<classes>(?:\.[\w-]+)*)(?:\[(?P<name>[\w-]+)(?:=(?P<value>[^\]]*))?\])?$")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Element"]:
        """What is on the page; what a template keeps for a script is not."""
        for child in self.children:
            if isinstance(child, Element) and child.tag != "template":
                yield child
                yield from child

    def all(self, selector: str) -> list["Element"]:
        """`a`, `.it`, `tr[data-action]`, `a.it[href=/x]`: one step, no descent."""
        found = SELECTOR.match(selector)
        assert found, selector
        return [element for element in self if element._is(found)]

    def _is(self, wanted: re.Match[str]) -> bool:
        classes = set(wanted["classes"].split(".")) - {""}
        if wanted["tag"] not in ("", self.tag) or not classes <= set(self.attributes.get("class", "").split()):
            return False
        name, value = wanted["name"], wanted["value"]
        return not name or (name in self.attributes and value in (None, self.attributes[name]))

    def one(self, selector: str) -> "Element":
        (element,) = self.all(selector)
        return element

    @property
    def text(self) -> str:
        """What a wide screen shows: labels for narrow ones are left out."""
        words = (
            child if isinstance(child, str) else child.text for child in self.children if not _is_for_narrow(child)
        )
        return re.sub(r"\s+", " ", "".join(words)).strip()

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


def _is_for_narrow(child: "Element | str") -> bool:
    return isinstance(child, Element) and "m-lab" in child.attributes.get("class", "").split()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Element:
    """Fails where an element is closed that is not open."""
    builder = _Builder()
    builder.feed(html)
    assert len(builder.open) == 1, f"never closed: {builder.open[-1].tag}"
    return builder.open[0]


@dataclass(frozen=True)
class Page:
    status: int
    html: str
    root: Element

    @classmethod
    def of(cls, answer: httpx2.Response) -> "Page":
        return cls.of_text(answer.status_code, answer.text)

    @classmethod
    def of_text(cls, status: int, html: str) -> "Page":
        return cls(status, html, parsed(html))

    def all(self, selector: str) -> list[Element]:
        return self.root.all(selector)

    def one(self, selector: str) -> Element:
        return self.root.one(selector)

    @property
    def rows(self) -> list[str]:
        """Case numbers as listed."""
        return [row.one(".cn").text for row in self.all("a.it")]

    @property
    def counters(self) -> list[tuple[str, int]]:
        cells = [*self.one("nav.strip").all("a"), *self.one("nav.strip").all(".cell")]
        return [(cell.all("span")[0].text, int(cell.one(".n").text)) for cell in cells]


def seen_by(officer: Officer, path: str = "/centre/", *, language: str = "") -> Page:
    """What this officer's browser is shown there."""
    browser = browser_of(officer)
    if language:
        browser.cookies["django_language"] = language
    return shown_in(browser, path)


def shown_in(browser: Client, path: str) -> Page:
    answer = browser.get(path)
    return Page.of_text(answer.status_code, answer.content.decode())
