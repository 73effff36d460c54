"""Small functions and small files: what one person can read at one sitting."""

import ast
import statistics

import pytest

from tests.ground.sources import ROOT, place, python_files, tree

pytestmark = pytest.mark.database_free
LONGEST_FUNCTION, LONGEST_FILE = 50, 400


def functions() -> list[tuple[int, str]]:
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{place(path, node)} {node.name}")
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert not [where for length, where in functions() if length > LONGEST_FUNCTION]


def test_half_of_all_functions_fit_in_ten_lines_and_nearly_all_in_thirty() -> None:
    lengths = [length for length, _ in functions()]
    assert statistics.median(lengths) <= 10
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in python_files()}
    assert not {path: length for path, length in lengths.items() if length > LONGEST_FILE}


def test_every_app_says_what_it_is_for() -> None:
    apps = list((ROOT / "server").glob("*/__init__.py"))
    assert apps
    assert not [str(path.relative_to(ROOT)) for path in apps if not ast.get_docstring(tree(path))]
