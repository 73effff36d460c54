"""Chinese first: every text the code marks has its translation, compiled here without msgfmt."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from django.utils import translation

from server.config import locale_compile
from tests.ground.sources import ROOT, calls, listed, place, python_files, text_of

CATALOGUE = ROOT / "server/locale/zh_Hans/LC_MESSAGES/django.po"
# How many of the first arguments are msgids, by the name it is called with.
MARKERS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
IN_TEMPLATES = re.compile(r"""{%\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
BLOCKS = re.compile(r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)


def marked_in_code() -> Iterator[tuple[str, str]]:
    for path in python_files("server"):
        for name, call in calls(path):
            for argument in call.args[: MARKERS.get(name, 0)]:
                if text := text_of(argument):
                    yield text, place(path, call)


def marked_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "server").rglob("templates/**/*.html")):
        page = path.read_text(encoding="utf-8")
        for double, single in IN_TEMPLATES.findall(page):
            yield double or single, str(path.relative_to(ROOT))
        for options, body in BLOCKS.findall(page):
            for part in re.split(r"{%\s*plural\s*%}", body):
                text = re.sub(r"\s*\n\s*", " ", part).strip() if "trimmed" in options else part
                yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text), str(path.relative_to(ROOT))


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def texts(one_or_more: object) -> list[str]:
    """A msgid or msgstr as a list: plural forms come as a tuple."""
    return (
        [one_or_more]
        if isinstance(one_or_more, str)
        else [*one_or_more]
        if isinstance(one_or_more, tuple | list)
        else []
    )


def translated() -> set[str]:
    complete = (message for message in catalogue() if not message.fuzzy and all(texts(message.string)))
    return {text for message in complete for text in texts(message.id)}


def test_every_marked_text_is_translated() -> None:
    known = translated()
    missing = {text: where for text, where in [*marked_in_code(), *marked_in_templates()] if text not in known}
    assert not missing, listed(missing)


def test_a_text_is_translated_in_one_place_only() -> None:
    blocks = CATALOGUE.read_text(encoding="utf-8").split("\n\n")
    msgids = re.findall(r"^msgid \"(.+)\"$", "\n".join(b for b in blocks if "msgctxt" not in b), re.MULTILINE)
    assert not [text for text, count in Counter(msgids).items() if count > 1]


def test_placeholders_survive_translation() -> None:
    errors = [f"{message.id!r}: {error}" for message, found in catalogue().check() for error in found]
    assert not errors


def test_a_stale_catalogue_is_compiled_and_then_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "case"\nmsgstr "案件"\n')
    monkeypatch.setattr(locale_compile, "LOCALES", tmp_path)
    assert locale_compile.compile_stale_catalogues() == [source]
    assert "案件".encode() in source.with_suffix(".mo").read_bytes()
    assert locale_compile.compile_stale_catalogues() == []


def test_a_broken_catalogue_is_not_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "case"\nno such keyword\n')
    monkeypatch.setattr(locale_compile, "LOCALES", tmp_path)
    with pytest.raises(PoFileError):
        locale_compile.compile_stale_catalogues()
    assert not source.with_suffix(".mo").exists()


def test_chinese_is_spoken_first_and_english_on_request() -> None:
    translation.deactivate()  # a request of an earlier test may have been in English
    assert translation.gettext("Simplified Chinese") == "简体中文"
    with translation.override("en"):
        assert translation.gettext("Simplified Chinese") == "Simplified Chinese"
