"""`verify.py` as bundles carry it: the parts in one file, without what binds them together here."""

import ast
from functools import cache
from pathlib import Path

from server.bundle.verifier import PARTS

FOLDER = Path(__file__).with_name("verifier")
HEAD = '''#!/usr/bin/env python3
"""Verifies the court bundle beside it: `python3 verify.py` says `verified` and exits 0, or 1 and what is wrong.

Needs Python 3.9 or later and the package `cryptography`; nothing of the court's. README.txt says what is proved.
"""

from __future__ import annotations
'''


@cache
def verifier_text() -> str:
    return HEAD + "".join(f"\n\n# {'-' * 8} {part}\n{_part(part)}" for part in PARTS)


def _part(name: str) -> str:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if _is_binding(node):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return "".join(lines).strip("\n") + "\n"


def _is_binding(node: ast.stmt) -> bool:
    """The part's own docstring, its `__future__`, and what it takes from other parts."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("__future__", "server."))
