"""What is wrong with a file of kinds of errands, by line: courts write files of their own. Pure."""

from collections.abc import Mapping
from typing import Any

from server.cases.located_yaml import DataFileError, Mistake, Source
from server.common.marking import gettext_noop as _
from server.matters.kinds import LISTS, NEEDS

_PARTS = ("version", "results", "kinds", *LISTS)
_OF_RESULT = frozenset({"names", "needs", "measure", "irreversible"})
_OF_KIND = frozenset({"names", "family", "days", "weight", "papers", "asks", "results", "property", "release"})
HEAVIEST = 10
"""Of a weight: an errand is worth at most ten cases."""


def mistakes_in(text: str) -> list[Mistake]:
    """Every one, by line; nothing for a file that may be used."""
    try:
        source = Source(text)
    except DataFileError as broken:
        return broken.mistakes
    file = source.content
    missing = [name for name in _PARTS if not isinstance(file, dict) or name not in file]
    for name in missing:
        source.blame((name,), _("is missing"))
    if not missing:
        _check(source, file)
    return sorted(set(source.mistakes))


def _check(source: Source, file: Mapping[str, Any]) -> None:
    parts = {name: _mapping(source, (name,), file[name]) for name in (*LISTS, "results", "kinds")}
    for name in LISTS:
        for key, names in parts[name].items():
            _check_names(source, (name, key), names)
    for key, row in parts["results"].items():
        _check_result(source, ("results", key), _mapping(source, ("results", key), row))
    for key, row in parts["kinds"].items():
        _check_kind(source, ("kinds", key), _mapping(source, ("kinds", key), row), parts)


def _mapping(source: Source, path: tuple[str, ...], value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    source.blame(path, _("must be a mapping of keys and values"))
    return {}


def _check_names(source: Source, path: tuple[str, ...], names: Any) -> None:
    is_pair = isinstance(names, list) and len(names) == 2 and all(isinstance(each, str) and each for each in names)
    if not is_pair:
        source.blame(path, _("must be two names, in Chinese and in English"))


def _check_result(source: Source, path: tuple[str, ...], row: Mapping[str, Any]) -> None:
    _only(source, path, row, _OF_RESULT)
    _check_names(source, (*path, "names"), row.get("names"))
    _known(source, (*path, "needs"), row.get("needs"), NEEDS)
    if row.get("measure") and row.get("irreversible"):
        source.blame(
            path, _("is a measure that stands until it is released, and nothing takes it back: only one is so")
        )


def _check_kind(
    source: Source, path: tuple[str, ...], row: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]
) -> None:
    _only(source, path, row, _OF_KIND)
    _check_names(source, (*path, "names"), row.get("names"))
    if not isinstance(row.get("family"), str):
        source.blame((*path, "family"), _("must be a text"))
    _check_numbers(source, path, row)
    papers = _mapping(source, (*path, "papers"), row.get("papers"))
    _known(source, (*path, "papers"), list(papers), parts["papers"])
    for slot, count in papers.items():
        if type(count) is not int or not 1 <= count <= 20:
            source.blame((*path, "papers", str(slot)), _("must be how many are needed, 1 to 20"))
    asks = _known(source, (*path, "asks"), row.get("asks"), parts["members"])
    results = _known(source, (*path, "results"), row.get("results"), parts["results"])
    _known(source, (*path, "property"), row.get("property"), asks)
    _check_release(source, path, row, [parts["results"][code] for code in results], parts["kinds"])


def _check_numbers(source: Source, path: tuple[str, ...], row: Mapping[str, Any]) -> None:
    days: Any = row.get("days")
    weight: Any = row.get("weight")
    if days is not None and (type(days) is not int or not 1 <= days <= 3650):
        source.blame((*path, "days"), _("must be 1 to 3650 days, or absent: the asking court states how many"))
    if type(weight) not in (int, float) or not 0 < weight <= HEAVIEST:
        source.blame(
            (*path, "weight"), _("must be how much of a case one is, above 0 and at most %(most)s"), most=HEAVIEST
        )


def _check_release(
    source: Source, path: tuple[str, ...], row: Mapping[str, Any], results: list[Any], kinds: Mapping[str, Any]
) -> None:
    release = row.get("release", "")
    if release and release not in kinds:
        source.blame((*path, "release"), _("%(found)s is not known here"), found=repr(release))
    elif not release and any(isinstance(each, dict) and each.get("measure") for each in results):
        source.blame(path, _("takes measures, and no kind releases them"))


def _only(source: Source, path: tuple[str, ...], row: Mapping[str, Any], allowed: frozenset[str]) -> None:
    for key in row:
        if key not in allowed:
            plain, suggesting = _("is not known here"), _("is not known here; did you mean %(near)s?")
            source.unknown((*path, str(key)), plain, suggesting, str(key), allowed)


def _known(source: Source, path: tuple[str, ...], value: Any, known: Any) -> list[str]:
    """Those of the list that are known."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        source.blame(path, _("must be a list of names"))
        return []
    for each in value:
        if each not in known:
            source.blame(path, _("%(found)s is not known here"), found=repr(each))
    return [each for each in value if each in known]
