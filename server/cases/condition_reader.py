"""Reads the facts a data file declares, and the conditions it puts to them; mistakes by line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from server.cases.conditions import Comparison, Condition, ConditionError, parse_condition
from server.cases.flow import AnyNumber, Values
from server.cases.located_yaml import Reader
from server.common.marking import gettext_noop as _

NUMBER = "number"
CONDITION_FAULTS = {
    "too_long": _("the condition is too long, from column %(column)s on"),
    "too_deep": _("too many brackets at column %(column)s"),
    "not_expected": _("%(found)s is not expected at column %(column)s"),
    "fact_expected": _("at column %(column)s a fact is wanted, not %(found)s"),
    "value_expected": _("at column %(column)s a value is wanted, not %(found)s"),
    "number_expected": _("at column %(column)s a number is wanted, not %(found)s"),
    "sign_expected": _("at column %(column)s %(found)s is missing"),
    "not_understood": _("%(found)s at column %(column)s is not understood"),
}


class ConditionReader(Reader):
    def condition(self, facts: Mapping[str, Values]) -> Condition | None:
        if "when" not in self.mapping:
            return None
        try:
            condition = parse_condition(self.text("when"))
        except ConditionError as refused:
            self.blame("when", CONDITION_FAULTS[refused.code], found=repr(refused.found), column=refused.column)
            return None
        for comparison in condition.comparisons:
            self._compare(comparison, facts)
        return condition

    def _compare(self, comparison: Comparison, facts: Mapping[str, Values]) -> None:
        fact, known = comparison.fact, facts.get(comparison.fact)
        if known is None:
            plain = _("no fact %(found)s is declared under facts")
            suggesting = _("no fact %(found)s is declared under facts; did you mean %(near)s?")
            return self.unknown("when", plain, suggesting, fact, facts)
        for value in comparison.values:
            if value not in known:
                wrong = _("the fact %(fact)s has no value %(found)s; it has %(known)s")
                if isinstance(known, AnyNumber):
                    wrong = _("the fact %(fact)s is a number, and %(found)s is none")
                self.blame("when", wrong, fact=fact, found=_written(value), known=", ".join(map(_written, [*known])))
        return None

    def facts(self) -> Mapping[str, Values]:
        reader = self.inner("facts")
        for key, values in reader.mapping.items():
            if values != NUMBER and not _is_list_of_values(values):
                reader.blame(key, _("must be a list of the values this fact may have, or the word number"))
        return MappingProxyType({str(key): _values(values) for key, values in reader.mapping.items()})


def _is_list_of_values(values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, str | bool) for value in values)


def _values(values: Any) -> Values:
    return AnyNumber() if values == NUMBER else tuple(values) if _is_list_of_values(values) else ()


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
