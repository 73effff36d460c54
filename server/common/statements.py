"""SELECTs that run all the time: written as querysets, composed once, run with other values.

Measured: Django composes a usual SELECT in 0.4 ms of CPU, PostgreSQL and its driver answer it in 0.1; a push or a pull
has twenty of them. All else of a queryset is as Django has it: models, related rows, converters, `values_list`.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

T = TypeVar("T")


class Given(Expression):
    """The place of one value: `filter(pk=Given("case_id"))`."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=models.Field())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]

    def parameter(self, value: Any, connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return value
        if isinstance(value, UUID):
            return value.hex
        return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class GivenMany(Given):
    """The place of any number of UUIDs, or of texts: `filter(pk__in=GivenMany("case_ids"))`."""

    def __init__(self, name: str, type_: str = "uuid") -> None:
        super().__init__(name)
        self.type_ = type_

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return f"(SELECT unnest(%s::{self.type_}[]))", [self]
        return "(SELECT value FROM json_each(%s))", [self]

    def parameter(self, value: Iterable[Any], connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return list(value)
        return json.dumps([each.hex if isinstance(each, UUID) else each for each in value])


class UuidText(models.Func):
    """An id as it goes over the wire: made of it by the database, at a tenth of what it costs by way of a UUID."""

    output_field = models.TextField()
    template = "CAST(%(expressions)s AS text)"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        template = " || '-' || ".join(f"substr(%(expressions)s, {start}, {length})" for start, length in parts)
        return super().as_sql(compiler, connection, template=template, **context)


class Joined(models.Subquery):
    """Texts of a queryset of one column, in its order, joined by commas; None where there are none."""

    output_field = models.TextField()
    template = "(WITH joined(text) AS (%(subquery)s) SELECT string_agg(text, ',') FROM joined)"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = self.template.replace("string_agg", "group_concat")
        return self.as_sql(compiler, connection, template=template, **context)


Make = Callable[[tuple[Any, ...]], Any]


@dataclass(frozen=True, slots=True)
class _Composed:
    """What Django made of a queryset for one kind of database."""

    sql: str
    places: tuple[Any, ...]
    converters: tuple[tuple[int, Any, Any], ...]
    """Position, functions and expression of each column that is not as the database gives it."""
    make: Make | None
    """An object of a row; None where the row itself is wanted."""

    def rows(self, values: dict[str, Any], connection: Any) -> list[Any]:
        parameters = tuple(
            place.parameter(values[place.name], connection) if isinstance(place, Given) else place
            for place in self.places
        )
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows: list[Any] = cursor.fetchall()
        if self.converters:
            rows = [self._converted(row, connection) for row in rows]
        return [self.make(row) for row in rows] if self.make else rows

    def _converted(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        cells = list(row)
        for position, functions, expression in self.converters:
            for function in functions:
                cells[position] = function(cells[position], expression, connection)
        return tuple(cells)


def _maker(queryset: Any, compiler: Any) -> Make | None:
    """What the queryset's own iteration makes of each row, prepared once."""
    if queryset._iterable_class is ValuesListIterable:
        return None
    if queryset._iterable_class is FlatValuesListIterable:
        return lambda row: row[0]
    if queryset._iterable_class is not ModelIterable or queryset._prefetch_related_lookups:
        raise TypeError("a statement gives models, or their values as tuples")
    return _model_maker(compiler)


def _model_maker(compiler: Any) -> Make:
    select, models_info = compiler.select, compiler.klass_info
    model, columns = models_info["model"], models_info["select_fields"]
    first, end = columns[0], columns[-1] + 1
    names = [each[0].target.attname for each in select[first:end]]
    related = get_related_populators(models_info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of 6.0
    annotated = tuple((compiler.annotation_col_map or {}).items())

    def make(row: tuple[Any, ...]) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[first:end])
        for populator in related:
            populator.populate(row, made)
        for name, position in annotated:
            setattr(made, name, row[position])
        return made

    return make


class Statement(Generic[T]):
    """A queryset with places for values. `compose` is called once: what it says may hang on no value."""

    def __init__(self, compose: "Callable[[], models.QuerySet[Any, T]]") -> None:
        self._compose = compose
        self._composed: dict[str, _Composed] = {}

    def rows(self, **values: Any) -> list[T]:
        """What the queryset gives for these values, one for each of its places. One SELECT."""
        connection = connections[DEFAULT_DB_ALIAS]
        composed = self._composed.get(connection.vendor) or self._composed_for(connection)
        return cast(list[T], composed.rows(values, connection))

    def first(self, **values: Any) -> T | None:
        """The first row, or None. A statement that may find several says `[:1]` itself."""
        found = self.rows(**values)
        return found[0] if found else None

    def _composed_for(self, connection: Any) -> _Composed:
        queryset = self._compose()
        compiler: Any = queryset.query.get_compiler(connection=connection)
        sql, places = compiler.as_sql()
        converters = compiler.get_converters([each[0] for each in compiler.select])
        changed = tuple((position, *each) for position, each in converters.items())
        composed = _Composed(sql, tuple(places), changed, _maker(queryset, compiler))
        self._composed[connection.vendor] = composed
        return composed
