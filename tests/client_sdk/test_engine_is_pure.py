"""The engine and the upload steps touch no network, clock, disk or dice: they are given what they need."""

import ast
from pathlib import Path

import pytest

import client_sdk

FOLDER = Path(client_sdk.__file__).parent
OUTSIDE = {
    "asyncio",
    "httpx2",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "threading",
    "time",
}


@pytest.mark.parametrize(
    "module",
    [
        "answers",
        "cases",
        "compression",
        "downloads",
        "engine",
        "enrolment",
        "lanes",
        "pages",
        "patience",
        "steps",
        "syncing",
        "uploads",
        "waiting",
    ],
)
def test_it_imports_nothing_of_the_outside(module: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
            imported |= {name.name for name in node.names if node.module == "client_sdk"}
    assert not imported & (OUTSIDE | {"database", "disk", "drivers", "store", "transport", "vault"})
