"""Records of acts for both interpreters: the shared vectors, and random ones, hostile ones among them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

VECTORS = Path(__file__).parent / "vectors"
NAME = "onsite@2026.11-2"

GARBAGE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PEOPLE = st.sampled_from(["林某", " 林某\u3000", "陈某", "张某", "", " \u3000"])
TIMES = st.sampled_from(
    [
        "2026-11-22T09:00:00+08:00",
        "2026-11-22T01:00:00Z",
        "2026-11-22T01:00:00.000001Z",
        "2026-11-22T01:00:00.0000019Z",
        "2026-11-22T17:00:00.1Z",
        "2026-11-24T00:00:00-11:30",
        "2026-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T09:00:00+08:60",
        "2026-11-22T09:00:60Z",
        "1899-12-31T23:59:59Z",
        "1900-01-01T00:00:00+23:59",
        "2999-12-31T23:59:59.999999-23:59",
        "2026-11-22 09:00:00Z",
        "2026-11-22T09:00:00",
        "２０２６-11-22T09:00:00Z",
    ]
)
DATES = st.sampled_from(["2026-11-21", "2026-11-22", "2026-11-23", "2026-02-30", "1899-01-01", "2026-1-1", "20261122"])
MONEY = st.sampled_from(["0", "80000.00", "120000", "120000.01", "1e5", "-1", "1.234", "9" * 15, "9" * 16, "１"])
NUMBERS: st.SearchStrategy[Any] = st.sampled_from(
    [0, 1, 15, 16, 24, 36.0, 37, 0.5, -1, 91, -180.0, 2**53, -(2**53) + 1, float("nan"), float("inf"), True, 10**400]
)


@cache
def catalogue() -> Mapping[str, Any]:
    """The document as a device received it."""
    document: Mapping[str, Any] = json.loads((VECTORS / f"{NAME}.json").read_text(encoding="utf-8"))
    return document


@cache
def vectors() -> Sequence[Mapping[str, Any]]:
    listed: Sequence[Mapping[str, Any]] = json.loads((VECTORS / "completeness.json").read_text(encoding="utf-8"))[
        "vectors"
    ]
    return listed


def findings(found: Sequence[Any]) -> list[list[str]]:
    return [[finding["code"], finding["at"]] for finding in found]


def bodies(kind: str) -> st.SearchStrategy[Any]:
    """Bodies of a kind: mostly in the declared forms, now and then anything at all."""
    facts = next(each["facts"] for each in catalogue()["kinds"] if each["key"] == kind)
    fields = _record([*catalogue()["fields"], *facts])
    body = st.fixed_dictionaries(
        {},
        optional={"fields": fields | GARBAGE, "evidence": _form("list:evidence"), "position": _form("record:position")},
    )
    return body | GARBAGE


@cache
def _form(form: str) -> st.SearchStrategy[Any]:
    shape, _, argument = form.partition(":")
    if shape == "list":
        element = _form(f"record:{argument}" if argument in catalogue()["types"] else argument)
        return st.lists(element, max_size=3) | GARBAGE
    if shape == "record":
        return _record(catalogue()["types"][argument]) | GARBAGE
    if shape == "code":
        return st.sampled_from([code["key"] for code in catalogue()["code_lists"][argument]]) | GARBAGE
    plain = {"text": PEOPLE, "time": TIMES, "date": DATES, "money": MONEY, "boolean": st.booleans()}
    return plain.get(shape, NUMBERS) | GARBAGE


def _record(fields: Sequence[Mapping[str, str]]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={field["name"]: _form(field["type"]) for field in fields})


def overrides() -> st.SearchStrategy[dict[str, Any]]:
    rules = [rule["rule"] for rule in catalogue()["rules"]]
    names = st.sampled_from([*rules, *(f"SEAL/{rule}" for rule in rules), "common.shape", "SEAL.shot:ITEM"])
    return st.dictionaries(names, st.sampled_from(["block", "warn", "off", "perhaps", None, 1]), max_size=6)
