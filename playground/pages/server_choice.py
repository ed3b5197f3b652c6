"""The servers offered in a connection's form, with their variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from playground.openapi.operations import Api
from playground.openapi.values import ApiServer, ServerVariable

ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
MOST_SERVERS, MOST_VARIABLES, LONGEST_NOTE = 50, 20, 80


@dataclass(frozen=True)
class ServerChoice:
    """A server URL with one of the listed values for each variable that has some.

    `template` still has the other `variables` in braces; `url` has their defaults.
    """

    url: str
    template: str
    help: str
    variables: tuple[ServerVariable, ...] = ()

    @property
    def label(self) -> str:
        note = f" ({self.help[:LONGEST_NOTE]})" if self.help else ""
        return f"{self.template}{note}"

    def fill(self, values: Mapping[str, str]) -> str:
        """The URL with these values; missing ones are replaced by their defaults."""
        typed = {each.name: values.get(each.name, "").strip() for each in self.variables}
        return _fill(self.template, ((v.name, typed[v.name] or v.default) for v in self.variables))

    def match(self, url: str) -> dict[str, str] | None:
        """The values that produce this URL; None if there are none."""
        names = "|".join(re.escape(each.name) for each in self.variables)
        start, *rest = re.split(rf"\{{({names})\}}", self.template) if names else [self.template]
        if not rest:
            return {} if url.rstrip("/") == start.rstrip("/") else None
        # Not a regular expression, which would backtrack too much on a long URL.
        url, at, values = url.rstrip("/"), len(start), dict[str, str]()
        if not url.startswith(start):
            return None
        for name, literal in zip(rest[::2], rest[1::2], strict=True):
            is_last = literal == rest[-1] and name == rest[-2]
            literal = literal.rstrip("/") if is_last else literal
            end = len(url) - len(literal) if is_last else url.find(literal, at + 1)
            if end <= at or not url.startswith(literal, end):
                return None
            values[name], at = url[at:end], end + len(literal)
        return values if at == len(url) else None


def list_servers(api: Api) -> list[ServerChoice]:
    """The servers of an API, expanded by the listed values of their variables."""
    found: dict[str, ServerChoice] = {}
    for server in api.servers:
        for each in islice(_vary(server), MOST_SERVERS):
            # Relative URLs have no host to send to.
            if ABSOLUTE.match(each.url):
                found.setdefault(each.url, each)
    return list(found.values())[:MOST_SERVERS]


def list_variables(servers: Iterable[ServerChoice]) -> list[ServerVariable]:
    """The distinct variables that people fill in."""
    found: dict[str, ServerVariable] = {}
    for server in servers:
        for each in server.variables:
            found.setdefault(each.name, each)
    return list(found.values())[:MOST_VARIABLES]


def _vary(server: ApiServer) -> Iterator[ServerChoice]:
    listed = [each for each in server.variables if each.choices]
    free = tuple(each for each in server.variables if not each.choices)
    for values in product(*(each.choices for each in listed)):
        template = _fill(server.url, zip((each.name for each in listed), values, strict=True))
        url = _fill(template, ((each.name, each.default) for each in free))
        yield ServerChoice(url.rstrip("/"), template, server.help, free)


def _fill(template: str, values: Iterable[tuple[str, str]]) -> str:
    for name, value in values:
        template = template.replace(f"{{{name}}}", value)
    return template
