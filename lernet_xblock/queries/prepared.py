"""A question that is put into SQL once: with many facts in it, Django takes longer for that than the answer takes.

What it asks may not depend on the moment or the reader: the one thing that changes is the row it is asked about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from lernet_xblock.errors import NotFound

# The row number of nothing, which stands where that of a row will.
NO_ROW = -1_999_999_999


@dataclass(frozen=True)
class Statement:
    """A question as SQL. before, after: parameters around the row number; columns: expressions by name, in order."""

    query: Any
    sql: str
    before: Sequence[Any]
    after: Sequence[Any]
    columns: Mapping[str, Any]


class Prepared:
    """A question about one row. `ask` returns it as annotations of a model, taken with `values`."""

    def __init__(self, ask: Callable[[], QuerySet[Any, dict[str, Any]]]) -> None:
        self._ask = ask
        self._statements: dict[str, Statement] = {}

    @cached_property
    def _question(self) -> QuerySet[Any, dict[str, Any]]:
        return self._ask()

    def about(self, row: int) -> dict[str, Any]:
        """Return the answers about the row with this number, by name: one query. Raises NotFound when it is gone."""
        using = self._question.db
        found = self._statements.get(using) or self._statements.setdefault(using, _statement(self._question, using))
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute(found.sql, (*found.before, row, *found.after))
            rows = cursor.fetchall()
        compiler = found.query.get_compiler(connection=connection)
        converters = compiler.get_converters(found.columns.values())
        for values in compiler.apply_converters(rows, converters) if converters else rows:
            return dict(zip(found.columns, values, strict=True))
        raise NotFound


def _statement(question: QuerySet[Any, dict[str, Any]], using: str) -> Statement:
    query = question.filter(pk=NO_ROW).order_by().query
    compiler = query.get_compiler(using=using)
    sql, params = compiler.as_sql()
    place = params.index(NO_ROW)
    columns = {alias: expression for expression, _sql, alias in compiler.select}
    return Statement(query, sql, params[:place], params[place + 1 :], columns)
