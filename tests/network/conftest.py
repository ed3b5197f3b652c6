"""A resolver that knows only what a test tells it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address

import pytest

Resolver = Callable[..., list[str]]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """`resolve("name", "1.2.3.4", …)` lets a name lead there; gives the list of lookups.

    Several lists of answers are given one after the other: a name that changes its mind.
    """
    known: dict[str, list[list[str]]] = {}
    asked: list[str] = []

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        asked.append(host)
        answers = [host] if _is_address(host) else _next(known, host)
        return [_entry(answer, port) for answer in answers]

    def learn(name: str, *answers: str | list[str]) -> list[str]:
        lists = [[each] if isinstance(each, str) else each for each in answers]
        one = all(isinstance(each, str) for each in answers)
        known[name] = [[str(each) for each in answers]] if one else lists
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return learn


def _next(known: dict[str, list[list[str]]], host: str) -> list[str]:
    if host not in known:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    lists = known[host]
    return lists.pop(0) if len(lists) > 1 else lists[0]


def _entry(answer: str, port: int):
    if ip_address(answer).version == 4:
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port))
    return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (answer, port, 0, 0))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
