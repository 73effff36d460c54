"""The conditions a flow file may put on a node: a small language read by a strict parser, never run as code. Pure.

    condition = both { "or" both }          both = one { "and" one }
    one       = "not" one | "(" condition ")" | fact [ operator value | ["not"] "in" "[" value { "," value } "]" ]
    operator  = "==" | "!=" | "<" | "<=" | ">" | ">="

A value is a number, true, false or a name; a fact alone asks whether it is true.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Value = str | bool | int | Decimal
Facts = Mapping[str, Any]

LONGEST = 500
DEEPEST = 20
_WORDS = ("and", "or", "not", "in", "true", "false")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>==|!=|<=|>=|[<>()\[\],]))"
)
_FACT = re.compile(r"[a-z][a-z0-9_]*")
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ConditionError(ValueError):
    """`code` says what is wrong, `found` at what, `column` where in the text, counted from one."""

    def __init__(self, code: str, found: str, column: int) -> None:
        super().__init__(f"{code} at column {column}: {found!r}")
        self.code, self.found, self.column = code, found, column


@dataclass(frozen=True)
class Comparison:
    """A fact that is not known equals nothing: `a == X`, `a < 1` and `a` do not hold, `a != X` does."""

    fact: str
    operator: str = "=="
    values: tuple[Value, ...] = (True,)

    def holds(self, facts: Facts) -> bool:
        known = facts.get(self.fact)
        if self.operator in _ORDER:
            return is_number(known) and _ORDER[self.operator](_number(known), self.values[0])
        found = any(_equal(known, value) for value in self.values)
        return found is (self.operator in ("==", "in"))

    @property
    def comparisons(self) -> "tuple[Comparison, ...]":
        return (self,)


@dataclass(frozen=True)
class Not:
    inner: "Condition"

    def holds(self, facts: Facts) -> bool:
        return not self.inner.holds(facts)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return self.inner.comparisons


@dataclass(frozen=True)
class Joined:
    """`and` where all must hold, `or` where one must."""

    word: str
    parts: "tuple[Condition, ...]"

    def holds(self, facts: Facts) -> bool:
        each = (part.holds(facts) for part in self.parts)
        return all(each) if self.word == "and" else any(each)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return tuple(comparison for part in self.parts for comparison in part.comparisons)


Condition = Comparison | Not | Joined


def parse_condition(text: str) -> Condition:
    """Raises ConditionError, which knows the column, for anything that is not of the language above."""
    if len(text) > LONGEST:
        raise ConditionError("too_long", text[LONGEST : LONGEST + 10], LONGEST + 1)
    return _Parser(text).whole()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _equal(known: Any, value: Value) -> bool:
    if is_number(value):
        return is_number(known) and _number(known) == value
    return type(known) is type(value) and known == value


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        found = self._either()
        if self._next.kind != "end":
            raise self._wrong("not_expected")
        return found

    def _either(self) -> Condition:
        return self._joined("or", self._both)

    def _both(self) -> Condition:
        return self._joined("and", self._one)

    def _joined(self, word: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong("too_deep")
        try:
            if self._take("not"):
                return Not(self._one())
            if not self._take("("):
                return self._comparison()
            found = self._either()
            self._expect(")")
            return found
        finally:
            self._depth -= 1

    def _comparison(self) -> Condition:
        token = self._next
        if token.kind != "name" or token.text in _WORDS or not _FACT.fullmatch(token.text):
            raise self._wrong("fact_expected")
        self._at += 1
        for sign in ("==", "!=", *_ORDER):
            if self._take(sign):
                return Comparison(token.text, sign, (self._value(is_ordered=sign in _ORDER),))
        if self._take("in"):
            return Comparison(token.text, "in", self._list())
        if self._next.text == "not":
            self._at += 1
            self._expect("in")
            return Comparison(token.text, "not in", self._list())
        return Comparison(token.text)

    def _list(self) -> tuple[Value, ...]:
        self._expect("[")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect("]")
        return tuple(values)

    def _value(self, *, is_ordered: bool = False) -> Value:
        token = self._next
        if token.kind == "number":
            self._at += 1
            return Decimal(token.text)
        if is_ordered:
            raise self._wrong("number_expected")
        if token.kind != "name" or token.text in ("and", "or", "not", "in"):
            raise self._wrong("value_expected")
        self._at += 1
        return {"true": True, "false": False}.get(token.text, token.text)

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, text: str) -> bool:
        if self._next.kind == "end" or self._next.text != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise ConditionError("sign_expected", text, self._next.column)

    def _wrong(self, code: str) -> ConditionError:
        return ConditionError(code, self._next.text, self._next.column)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            raise ConditionError("not_understood", text[column - 1 : column + 9], column)
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind], match.start(kind) + 1)
        at = match.end()
    yield _Token("end", "", len(text) + 1)
