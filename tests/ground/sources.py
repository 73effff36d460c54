"""What the repository holds, for the tests that read it as text."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = ("server", "client_sdk", "demo", "bench", "tests")
_NOT_OURS = {".venv", "var", "build", "node_modules", "__pycache__"}


@cache
def python_files(*folders: str) -> list[Path]:
    """Every Python file under `folders` (all code by default), migrations aside."""
    return [path for folder in folders or _CODE for path in _walk(folder, "*.py") if "migrations" not in path.parts]


@cache
def documents() -> list[Path]:
    """Every Markdown page."""
    return [*ROOT.glob("*.md"), *_walk("docs", "*.md"), *_walk("client_sdk", "*.md")]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the file, with the last part of the called name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def text_of(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def place(path: Path, node: ast.expr | ast.stmt) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def listed(found: Mapping[str, str]) -> str:
    """One line each, for the message of a failed test."""
    return "\n" + "\n".join(f"{where}: {what}" for what, where in sorted(found.items(), key=lambda each: each[::-1]))


def _walk(folder: str, pattern: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob(pattern) if not _NOT_OURS & set(path.parts))
