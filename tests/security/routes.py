"""The routes of the site map, with the role that each requires."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from playground.people.models import Person, Role
from tests.security.makers import MAKERS

# Answered without our sign-in: the practice APIs and, by personal token, our own interface.
MACHINES = ("sandbox/", "api/")


@dataclass(frozen=True)
class Route:
    path: str
    name: str
    view: Callable[..., Any]
    takes: tuple[str, ...]

    @property
    def for_machines(self) -> bool:
        return self.path.startswith(MACHINES)

    @property
    def is_open(self) -> bool:
        return not getattr(self.view, "login_required", True)

    @property
    def needed_role(self) -> Role | None:
        return getattr(self.view, "needed_role", None)

    def address(self, person: Person) -> str:
        return reverse(self.name, kwargs=MAKERS[self.name](person) if self.takes else None)


def list_routes() -> list[Route]:
    return list(walk(get_resolver().url_patterns))


def walk(patterns: list[Any], before: str = "", outer: tuple[str, ...] = ()) -> Iterator[Route]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        takes = (*outer, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path, takes)
        elif isinstance(pattern, URLPattern):
            yield Route(path, pattern.name or "", pattern.callback, takes)


def list_pages() -> list[Route]:
    return [route for route in list_routes() if not route.for_machines]
