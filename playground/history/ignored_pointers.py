"""Places that a person leaves out when comparing, remembered for each operation."""

from collections.abc import Iterable

from playground.history.models import Ignored
from playground.people.models import Person

REQUEST, REPLY = "request", "reply"
MOST = 200
LONGEST = 500


def list_ignored(person: Person, operation: str, side: str) -> list[str]:
    rows = Ignored.objects.filter(person=person, operation=operation, side=side)
    return list(rows.order_by("pattern").values_list("pattern", flat=True))


def ignore(person: Person, operation: str, side: str, patterns: Iterable[str]) -> None:
    """Leave these out from now on; a pattern is a pointer, `*` any one key or index."""
    known = len(list_ignored(person, operation, side))
    for pattern in list(patterns)[: max(0, MOST - known)]:
        if pattern.startswith("/") and len(pattern) <= LONGEST:
            Ignored.objects.get_or_create(
                person=person, operation=operation, side=side, pattern=pattern
            )


def look_again(person: Person, operation: str, side: str, patterns: Iterable[str]) -> None:
    """Leave these out no more."""
    rows = Ignored.objects.filter(person=person, operation=operation, side=side)
    rows.filter(pattern__in=list(patterns)).delete()
