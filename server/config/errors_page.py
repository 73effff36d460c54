"""`/api/errors`: where the `type` of a problem leads. The codes of docs/reference/errors.md in Chinese and English."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "reference"
_FENCE = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CODE = re.compile(r"`([^`]*)`")
# A line of Chinese is broken without a space.
_WRAP = re.compile(r"(?<=[^\x00-\xff])\n(?=[^\x00-\xff])")


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    """Empty: what stands before the first code."""
    paragraphs: tuple[SafeString, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One code in both languages; its anchor is the code."""

    code: str
    zh: tuple[SafeString, ...]
    en: tuple[SafeString, ...]


@require_safe
@cache_control(public=True, max_age=3600)
def errors_page(request: HttpRequest) -> HttpResponse:
    opening, *errors = entries()
    return render(request, "config/errors.html", {"opening": opening, "errors": errors})


@cache
def entries() -> list[Entry]:
    """The opening, then every code in the order of the English page."""
    chinese = {section.code: section.paragraphs for section in sections("zh")}
    return [Entry(each.code, chinese.get(each.code, ()), each.paragraphs) for each in sections("en")]


def sections(language: str) -> list[Section]:
    text = _FENCE.sub("", (FOLDER / f"errors.{language}.md").read_text(encoding="utf-8"))
    opening, *rest = re.split(r"^## ", text, flags=re.MULTILINE)
    split = [("", opening.partition("\n")[2]), *(part.split("\n", 1) for part in rest)]
    return [Section(code.strip(), _paragraphs(body)) for code, body in split]


def _paragraphs(text: str) -> tuple[SafeString, ...]:
    found = (part.strip() for part in text.split("\n\n"))
    return tuple(_as_html(part) for part in found if part)


def _as_html(text: str) -> SafeString:
    escaped = conditional_escape(_LINK.sub(r"\1", _WRAP.sub("", text)))
    return mark_safe(_CODE.sub(r"<code>\1</code>", escaped))
