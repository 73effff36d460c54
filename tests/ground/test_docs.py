"""Tests that fail when the documentation lies."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.ground.sources import ROOT, calls, documents, listed, place, python_files, text_of, tree
from tests.simulation.plants import PLANTS

pytestmark = pytest.mark.database_free
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def error_classes() -> set[str]:
    """DomainError and whatever is derived from it, in however many steps."""
    bases = {
        node.name: {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        for path in python_files("server")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }
    found, before = {"DomainError"}, set[str]()
    while found != before:
        before = found
        found = found | {name for name, parents in bases.items() if parents & found}
    return found


def raised_codes() -> dict[str, str]:
    """Every code a client can be told, with the place that says it."""
    classes = error_classes()
    codes = dict[str, str]()
    for path in python_files("server"):
        inside = {id(call) for node in ast.walk(tree(path)) if _derives(node, classes) for call in ast.walk(node)}
        for name, call in calls(path):
            if name in classes or (name == "__init__" and id(call) in inside):
                first = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "code"), None)
                if first is not None and (code := text_of(first)):
                    codes[code] = place(path, call)
    return codes


def _derives(node: ast.AST, classes: set[str]) -> bool:
    return isinstance(node, ast.ClassDef) and node.name in classes - {"DomainError"}


def documented_codes() -> list[str]:
    page = FENCE.sub("", (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8"))
    return re.findall(r"^## (\S+)$", page, re.MULTILINE)


def test_every_server_shows_the_codes_as_they_are_documented() -> None:
    shipped = ROOT / "server/config/reference/errors.en.md"
    hint = "run: cp docs/reference/errors.md server/config/reference/errors.en.md, and say what is new in errors.zh.md"
    assert shipped.read_bytes() == (ROOT / "docs/reference/errors.md").read_bytes(), hint


def test_every_error_code_is_documented() -> None:
    undocumented = {code: where for code, where in raised_codes().items() if code not in documented_codes()}
    assert not undocumented, listed(undocumented)


def test_every_documented_error_code_is_raised_somewhere() -> None:
    assert not set(documented_codes()) - set(raised_codes())


def test_error_codes_stand_once_and_in_alphabetical_order() -> None:
    assert documented_codes() == sorted(set(documented_codes()))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_broken(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return not target.exists() or bool(anchor and target.suffix == ".md" and anchor not in anchors(target))


def test_every_rule_of_the_protocol_has_a_number_of_its_own() -> None:
    pages = [ROOT / "docs/reference" / name for name in ("protocol.md", "uploads.md", "live.md")]
    numbers = [n for page in pages for n in re.findall(r"^- \*\*(R\d+)\*\* ", page.read_text("utf-8"), re.MULTILINE)]
    assert len(numbers) > 80
    assert sorted(numbers) == sorted(set(numbers))


def test_links_between_pages_resolve() -> None:
    links = [(page, link) for page in documents() for link in LINK.findall(FENCE.sub("", page.read_text("utf-8")))]
    assert links
    assert not [f"{page.relative_to(ROOT)}: {link}" for page, link in links if is_broken(page, link)]


def mentioned(pattern: str) -> dict[str, str]:
    """What the pages tell a reader to type, with the page that says it."""
    return {
        word: str(page.relative_to(ROOT))
        for page in documents()
        for code in re.findall(
            r"`([^`\n]+)`|^(?:\$ |    )?((?:make|python|\.venv|manage\.py) .*)$", page.read_text("utf-8"), re.M
        )
        for word in re.findall(pattern, " ".join(code))
    }


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = mentioned(r"\bmake ([a-z][a-z-]*)")
    assert {"check", "test"} <= set(named)
    unknown = {target: page for target, page in named.items() if target not in targets}
    assert not unknown, listed(unknown)


def test_management_commands_that_pages_name_exist() -> None:
    known = get_commands()
    unknown = {command: page for command, page in mentioned(r"manage\.py ([a-z_]+)").items() if command not in known}
    assert not unknown, listed(unknown)


def test_modules_that_pages_run_exist() -> None:
    named = mentioned(r"python -m ([a-z_.]+)")
    unknown = {module: page for module, page in named.items() if importlib.util.find_spec(module) is None}
    assert not unknown, listed(unknown)


def test_files_that_pages_name_exist() -> None:
    named = mentioned(r"^((?:server|client_sdk|tests|docs)/[\w./]+\.\w+)")
    missing = {path: page for path, page in named.items() if not (ROOT / path).exists()}
    assert not missing, listed(missing)


def test_where_each_room_begins_is_there() -> None:
    rooms = re.findall(r"^\| `([\w/]+)` \|.*\| (`[^|]*) \|$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    assert len(rooms) > 15
    named = [Path(room) / name for room, names in rooms for name in re.findall(r"`([\w/.]+)`", names)]
    assert [str(path) for path in named if not (ROOT / path).exists()] == []


def test_tests_that_pages_name_exist() -> None:
    named = mentioned(r"^(tests/[\w/]+\.py::\w+)")
    assert named
    missing = {test: page for test, page in named.items() if test.partition("::")[2] not in _functions(test)}
    assert not missing, listed(missing)


def _functions(test: str) -> set[str]:
    path = ROOT / test.partition("::")[0]
    return {node.name for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_planted_fault_is_explained() -> None:
    page = (ROOT / "docs/reference/proof.md").read_text(encoding="utf-8")
    unexplained = [name for name in PLANTS if f"`{name}`" not in page]
    assert not unexplained
