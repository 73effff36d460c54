"""The rule language: each predicate becomes a function once, and is asked a thousand times.

A predicate is judged in a scope: the record's fields, or one element of a list. Paths are `a.b` from the scope or, with
a leading slash, from the operation's body. A comparison with what is not given holds: that it is missing is another
rule's finding, and one fault is named once.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))

Get = Callable[[Any, Any], Any]
Holds = Callable[[Any, Any], bool]
Argument = Any


def predicate(spec: Mapping[str, Any]) -> Holds:
    """`spec` as in the document; the functions take (scope, body)."""
    if "when" in spec:
        return _when(spec)
    ((name, argument),) = spec.items()
    return BUILDERS[name](argument)


def value_at(path: str) -> Get:
    names = path.removeprefix("/").split(".")
    is_absolute = path.startswith("/")
    if len(names) == 1 and not is_absolute:
        return _member(names[0])

    def get(scope: Any, body: Any) -> Any:
        value = body if is_absolute else scope
        for name in names:
            if type(value) is not dict:
                return None
            value = value.get(name)
        return value

    return get


def _member(name: str) -> Get:
    """Most paths by far."""
    return lambda scope, body: scope.get(name) if type(scope) is dict else None


def is_given(value: Any) -> bool:
    """Blank texts were read as nothing already."""
    if isinstance(value, list):
        return any(element is not None for element in value)
    return value is not None and value != {}


def _present(path: Argument) -> Holds:
    get = value_at(path)
    return lambda scope, body: is_given(get(scope, body))


def _equals(argument: Argument) -> Holds:
    get, wanted = value_at(argument["path"]), argument["value"]
    return lambda scope, body: bool(get(scope, body) == wanted)


def _one_of(argument: Argument) -> Holds:
    get, wanted = value_at(argument["path"]), frozenset(argument["values"])
    return lambda scope, body: get(scope, body) in wanted


def _all(argument: Argument) -> Holds:
    parts = [predicate(part) for part in argument]
    return lambda scope, body: all(part(scope, body) for part in parts)


def _any(argument: Argument) -> Holds:
    parts = [predicate(part) for part in argument]
    return lambda scope, body: any(part(scope, body) for part in parts)


def _not(argument: Argument) -> Holds:
    part = predicate(argument)
    return lambda scope, body: not part(scope, body)


def _when(spec: Mapping[str, Any]) -> Holds:
    condition, consequence = predicate(spec["when"]), predicate(spec["then"])
    return lambda scope, body: not condition(scope, body) or consequence(scope, body)


def _count(argument: Argument) -> Holds:
    """How many elements fit; `same: [a, b]` asks that the scope's a is given and is the element's b."""
    elements_of = value_at(argument["of"])
    where = predicate(argument["where"]) if "where" in argument else None
    ours, theirs = map(value_at, argument["same"]) if "same" in argument else (None, None)
    least, most = argument.get("at_least", 0), argument.get("at_most")

    def holds(scope: Any, body: Any) -> bool:
        wanted = ours(scope, body) if ours else None
        number = 0
        for element in elements_of(scope, body) or ():
            if element is None or (theirs and (wanted is None or theirs(element, body) != wanted)):
                continue
            number += where is None or where(element, body)
        return number >= least and (most is None or number <= most)

    return holds


def _after(argument: Argument) -> Holds:
    return _compared(argument["path"], argument["than"], lambda later, earlier: _order(later, earlier) > 0)


def _not_more(argument: Argument) -> Holds:
    return _compared(argument["path"], argument["than"], lambda value, limit: bool(value <= limit))


def _within(argument: Argument) -> Holds:
    longest = timedelta(hours=argument["hours"])
    return _compared(argument["to"], argument["from"], lambda end, start: bool(end - start <= longest))


def _compared(path: str, other_path: str, compare: Callable[[Any, Any], bool]) -> Holds:
    get, get_other = value_at(path), value_at(other_path)

    def holds(scope: Any, body: Any) -> bool:
        value, other = get(scope, body), get_other(scope, body)
        return value is None or other is None or compare(value, other)

    return holds


def _order(one: date, other: date) -> int:
    """Moments to the microsecond; where either is a mere date, by the dates in China."""
    if not (isinstance(one, datetime) and isinstance(other, datetime)):
        one, other = _day(one), _day(other)
    return (one > other) - (one < other)


def _day(value: date) -> date:
    return value.astimezone(CHINA).date() if isinstance(value, datetime) else value


def _at_most(argument: Argument) -> Holds:
    get, least, most = value_at(argument["path"]), argument.get("least"), argument["most"]

    def holds(scope: Any, body: Any) -> bool:
        value = get(scope, body)
        return value is None or ((least is None or value >= least) and value <= most)

    return holds


BUILDERS: Mapping[str, Callable[[Argument], Holds]] = {
    "present": _present,
    "equals": _equals,
    "one_of": _one_of,
    "all": _all,
    "any": _any,
    "not": _not,
    "count": _count,
    "after": _after,
    "not_more": _not_more,
    "within": _within,
    "at_most": _at_most,
}
