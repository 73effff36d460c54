"""What an act states in its fields, as a person reads it: codes by their names, moments by the wall clock. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from server.centre.language import content_language
from server.common.clock import SHANGHAI
from server.field.case_acts import case_document
from server.field.kinds import kinds_document

ON_THE_MAP = frozenset({"lat", "lon", "accuracy"})
"""Of a place: shown there, and as received beside it."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    labels: Mapping[str, str]
    types: Mapping[str, str]
    """Of each field by its name."""
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    """The fields of each kind of record within a field."""
    codes: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, documents: Sequence[Mapping[str, Any]], language: str) -> "FieldWords":
        """The last one's names stand."""
        fields = [field for document in documents for field in _declared(document)]
        lists = [one for document in documents for one in document.get("code_lists", {}).items()]
        return cls(
            labels={field["name"]: field[language] for field in fields},
            types={field["name"]: field.get("type", "") for field in fields},
            records={name: rows for document in documents for name, rows in document.get("types", {}).items()},
            codes={name: {code["key"]: code[language] for code in codes} for name, codes in lists},
        )

    def label(self, name: str) -> str:
        return self.labels.get(name, name)

    def text(self, name: str, value: Any) -> str:
        return self._said(self.types.get(name, ""), value)

    def _said(self, kind: str, value: Any) -> str:
        kind, _colon, of = kind.partition(":")
        if isinstance(value, list):
            return "、".join(filter(None, (self._said(f"record:{of}", each) for each in value)))
        if isinstance(value, dict):
            return str(value.get("name") or "") or self._record(of, value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if kind == "code":
            return self.codes.get(of, {}).get(str(value), str(value))
        return {"time": _moment, "money": _money}.get(kind, str)(value)

    def _record(self, kind: str, value: Mapping[str, Any]) -> str:
        """Its parts in the order they are declared in; of one nobody declared, as they came."""
        declared = {field["name"]: field.get("type", "") for field in self.records.get(kind, ())}
        names = [name for name in declared if name in value] or list(value)
        shown = [name for name in names if name not in ON_THE_MAP and value[name] not in ("", None)]
        return " ".join(self._said(declared.get(name, ""), value[name]) for name in shown)


def _declared(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(fact for kind in document["kinds"] for fact in kind["facts"]), *document["fields"]]


def _moment(value: Any) -> str:
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%m-%d %H:%M}"
    except ValueError:
        return str(value)


def _money(value: Any) -> str:
    try:
        return f"¥{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)


def field_words() -> FieldWords:
    """Of all kinds of acts, in the reader's language."""
    return FieldWords.of((case_document(), kinds_document()), content_language())
