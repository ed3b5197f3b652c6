"""Lists: sortable columns, filters kept in the address, counts and pages; one shape for all.

How to make a list:
1. Describe it as pages/drafts.py does: `LIST = ListShape("name", (ListColumn("name",
   gettext_lazy("Name"), (Lower("name"),)), …), ngettext_lazy("%(n)s run", "%(n)s runs", "n"))`.
2. In the view: `{"list": LIST.read(request, queryset)}`; its rows are `list.rows`.
3. In the page: `_list_head.html` in the table, `_list_pages.html` below it, `_list_kept.html` in
   the form of the filters. To act on chosen rows, see selection.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable, OrderBy
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from playground.pages.parameters import read_number, read_optional_number

PAGE_SIZE = 50
# Rows that are counted, sorted and paged; a list may have ten times as many. Others are filtered.
MOST_ROWS = 10_000
ASCENDING, DESCENDING = "asc", "desc"
# What an address loses when its list is sorted or filtered in another way.
PLACES = ("page", "before")


@dataclass(frozen=True)
class ListColumn:
    """A column; `name` is its word in the address.

    It can be sorted if it has an `order`: fields, or expressions that can be ascending. Times and
    figures `descend` at the first press. `has_nulls` puts rows without a value last. The label of
    an `unseen` column is for screen readers.
    """

    name: str
    label: str | Promise
    order: tuple[str | Combinable, ...] = ()
    descends: bool = False
    has_nulls: bool = False
    is_figure: bool = False
    is_unseen: bool = False


@dataclass(frozen=True)
class Sort:
    """A column to sort by, and whether its largest value comes first."""

    column: ListColumn
    descends: bool

    @property
    def is_natural(self) -> bool:
        return self.descends == self.column.descends

    def list_order(self) -> list[OrderBy]:
        """What to order a queryset by."""
        # Only where it is needed: PostgreSQL wouldn't use an index of the other order of nulls.
        nulls: dict[str, Any] = {"nulls_last": True} if self.column.has_nulls else {}
        parts: list[Any] = [
            F(each) if isinstance(each, str) else each for each in self.column.order
        ]
        return [each.desc(**nulls) if self.descends else each.asc(**nulls) for each in parts]


@dataclass(frozen=True)
class Head:
    """What `_list_head.html` draws of a column. `sorted` is a value of `aria-sort`."""

    column: ListColumn
    address: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class ListPage:
    """One page of a list, for templates.

    `kept` are the fields that keep the order while people filter. `previous` and `next` are
    addresses; on pages found by key, `previous` leads to the first page. `note` says what isn't
    sorted or listed.
    """

    rows: Sequence[Any]
    heads: Sequence[Head]
    kept: Mapping[str, str]
    position: str = ""
    previous: str = ""
    next: str = ""
    by_key: bool = False
    note: str = ""


@dataclass(frozen=True)
class ListShape:
    """A list as its page describes it; `own` is the column it is sorted by at first.

    `counted` names a number of its rows. If `by_key` is set, the key is a number, `own` descends by
    one field, and pages in this order begin after a row: the thousandth costs what the first costs.
    """

    own: str
    columns: tuple[ListColumn, ...]
    counted: Any
    page_size: int = PAGE_SIZE
    by_key: bool = False

    def read(self, request: HttpRequest, found: QuerySet[Any]) -> ListPage:
        """Return the page in the address of these rows, counted and sorted."""
        sort, count = self.read_sort(request), count_listed(found)
        if self.by_key and self.is_own(sort):
            return self._read_by_key(request, found, sort, count)
        rows = self._bound(found, sort, count).order_by(*self._list_order(sort))
        last_page = max(1, -(-min(count, MOST_ROWS) // self.page_size))
        number = min(max(1, read_number(request.GET.get("page", ""), 1)), last_page)
        start = (number - 1) * self.page_size
        shown = list(rows[start : min(start + self.page_size, MOST_ROWS)])
        return self.make_page(
            request,
            shown,
            position=self._describe_position(start, len(shown), count),
            previous=change_address(request, page=str(number - 1)) if number > 1 else "",
            next=change_address(request, page=str(number + 1)) if number < last_page else "",
            note=self._describe_bound(sort, count, number == last_page),
        )

    def read_sort(self, request: HttpRequest) -> Sort:
        """The order in the address; the list's own one if it has no such column."""
        name = request.GET.get("sort", "")
        column = next((each for each in self.columns if each.order and each.name == name), None)
        if column is None:
            return self._own_sort
        order = request.GET.get("order", "")
        is_known = order in (ASCENDING, DESCENDING)
        return Sort(column, order == DESCENDING if is_known else column.descends)

    @property
    def _own_sort(self) -> Sort:
        column = next(each for each in self.columns if each.name == self.own)
        return Sort(column, column.descends)

    def is_own(self, sort: Sort) -> bool:
        """Whether this is how the list is sorted at first."""
        return sort.column.name == self.own and sort.is_natural

    def without(self, *names: str) -> ListShape:
        """Return the list without these columns, for people who don't see them."""
        return replace(self, columns=tuple(each for each in self.columns if each.name not in names))

    def make_page(
        self, request: HttpRequest, rows: Sequence[Any], is_sortable: bool = True, **parts: Any
    ) -> ListPage:
        """Return a page of rows that were found and sorted elsewhere."""
        if not is_sortable:
            return ListPage(rows, [Head(each) for each in self.columns], {}, **parts)
        sort = self.read_sort(request)
        heads = [self._make_head(request, each, sort) for each in self.columns]
        return ListPage(rows, heads, self._write_sort(sort), **parts)

    def describe_count(self, count: int) -> str:
        """The number of rows in words."""
        if count > MOST_ROWS:
            return _("more than %(rows)s") % {"rows": self.counted % {"n": MOST_ROWS}}
        return str(self.counted % {"n": count})

    def _read_by_key(
        self, request: HttpRequest, found: QuerySet[Any], sort: Sort, count: int
    ) -> ListPage:
        before = read_optional_number(request.GET.get("before", ""))
        rows = found if before is None else self._start_after(found, before)
        shown = list(rows.order_by(*self._list_order(sort))[: self.page_size + 1])
        has_next = len(shown) > self.page_size
        shown = shown[: self.page_size]
        return self.make_page(
            request,
            shown,
            position=self.describe_count(count),
            previous="" if before is None else change_address(request),
            next=change_address(request, before=str(shown[-1].pk)) if has_next else "",
            by_key=True,
        )

    def _list_order(self, sort: Sort) -> list[OrderBy]:
        """The order, then the list's own one and its key, so that pages don't overlap."""
        own = sort if sort.column.name == self.own else self._own_sort
        parts = sort.list_order() if own is sort else [*sort.list_order(), *own.list_order()]
        if "pk" not in own.column.order:
            parts += [F("pk").desc() if own.descends else F("pk").asc()]
        return parts

    def _start_after(self, found: QuerySet[Any], key: int) -> QuerySet[Any]:
        field = next(each for each in self._own_sort.column.order if isinstance(each, str))
        if field == "pk":
            return found.filter(pk__lt=key)
        value = found.filter(pk=key).values_list(field, flat=True).first()
        # The row may have been deleted since: then the list begins anew.
        if value is None:
            return found
        reached = Q(**{f"{field}__lt": value}) | Q(pk__lt=key)
        return found.filter(reached, **{f"{field}__lte": value})

    def _bound(self, found: QuerySet[Any], sort: Sort, count: int) -> QuerySet[Any]:
        """The rows to sort: of too many, those that come first in the list's own order."""
        if count <= MOST_ROWS or sort.column.name == self.own:
            return found
        first = found.order_by(*self._list_order(self._own_sort))[:MOST_ROWS]
        return found.filter(pk__in=first.values("pk"))

    def _describe_position(self, start: int, shown: int, count: int) -> str:
        counted = self.describe_count(count)
        if start == 0 and shown == count:
            return counted
        values = {"first": start + 1, "last": start + shown, "rows": counted}
        return _("%(first)s to %(last)s of %(rows)s") % values

    def _describe_bound(self, sort: Sort, count: int, is_last: bool) -> str:
        if count <= MOST_ROWS:
            return ""
        values = {"rows": self.counted % {"n": MOST_ROWS}, "column": self._own_sort.column.label}
        if sort.column.name != self.own:
            text = _("Only the first %(rows)s by “%(column)s” are sorted. Filter to sort fewer.")
            return text % values
        if not is_last:
            return ""
        return _("The list ends after %(rows)s. Filter it to find others.") % values

    def _make_head(self, request: HttpRequest, column: ListColumn, sort: Sort) -> Head:
        if not column.order:
            return Head(column)
        is_sorted = column.name == sort.column.name
        # A press on the column that the list is sorted by reverses it.
        wanted = Sort(column, not sort.descends if is_sorted else column.descends)
        fields = {"sort": "", "order": "", **self._write_sort(wanted)}
        direction = "descending" if sort.descends else "ascending"
        return Head(column, change_address(request, **fields), direction if is_sorted else "")

    def _write_sort(self, sort: Sort) -> dict[str, str]:
        """The fields of an address that mean this order; none for the list's own."""
        if self.is_own(sort):
            return {}
        if sort.is_natural:
            return {"sort": sort.column.name}
        return {"sort": sort.column.name, "order": DESCENDING if sort.descends else ASCENDING}


def count_listed(found: QuerySet[Any]) -> int:
    """The number of rows, `MOST_ROWS + 1` for more: nothing counts a hundred thousand of them."""
    return found.order_by()[: MOST_ROWS + 1].count()


def change_address(request: HttpRequest, **fields: str) -> str:
    """Return this page's address with other fields, on its first page; empty ones are left out."""
    query = request.GET.copy()
    for name in (*PLACES, *fields):
        query.pop(name, None)
    query.update({name: value for name, value in fields.items() if value})
    return "?" + query.urlencode()
