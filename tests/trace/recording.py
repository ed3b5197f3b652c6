"""Records which functions of the playground run and which SQL statements they execute."""

from __future__ import annotations

import inspect
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

HOME = Path(__file__).resolve().parents[2]
CODE = HOME / "playground"
INSIDE = f"{CODE}/"
MOST_CALLERS = 4
# Python gives these a code object of their own, but they belong to the function around them.
NOT_FUNCTIONS = {"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


@dataclass(frozen=True)
class Statement:
    """One SQL statement, the thread that executed it and its nearest callers."""

    sql: str
    thread: int
    thread_name: str
    callers: list[str]


@dataclass(frozen=True)
class Call:
    """One entry of a function; resuming a generator is one too."""

    code: CodeType
    thread: int


@dataclass
class Trace:
    """What ran while one action was recorded, and the thread that performed it."""

    calls: list[Call] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    thread: int = field(default_factory=threading.get_ident)

    def count_calls(self) -> Counter[CodeType]:
        """How often each function of the playground was entered."""
        return Counter(each.code for each in self.calls if each.code.co_name not in NOT_FUNCTIONS)

    def list_files(self) -> list[str]:
        """The files of the playground that were entered."""
        return sorted({shorten_path(each.code.co_filename) for each in self.calls})

    def select_own_thread(self) -> Trace:
        """Without what other threads did for the action."""
        calls = [each for each in self.calls if each.thread == self.thread]
        statements = [each for each in self.statements if each.thread == self.thread]
        return Trace(calls, statements, self.thread)


class Recorder:
    """Watches all threads from `install` on, but only keeps what happens within `record`."""

    def __init__(self) -> None:
        self._trace: Trace | None = None

    def install(self) -> None:
        """Call this before any other thread starts: a thread takes its profile function along."""
        connection_created.connect(self._watch_connection)
        for connection in connections.all(initialized_only=True):
            self._watch_connection(connection)
        threading.setprofile(self._note_call)
        sys.setprofile(self._note_call)

    def uninstall(self) -> None:
        """Stop watching this thread and those that start from now on."""
        sys.setprofile(None)
        threading.setprofile(None)

    @contextmanager
    def record(self) -> Iterator[Trace]:
        """Keep what happens on any thread within this block."""
        self._trace = trace = Trace()
        try:
            yield trace
        finally:
            self._trace = None

    def _note_call(self, frame: FrameType, event: str, _argument: object) -> None:
        trace = self._trace
        if trace is None or event != "call":
            return
        if frame.f_code.co_filename.startswith(INSIDE):
            trace.calls.append(Call(frame.f_code, threading.get_ident()))

    def _watch_connection(self, connection: BaseDatabaseWrapper, **_sent: object) -> None:
        """Every thread has its own connection, which may be opened and closed many times."""
        if self._note_statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._note_statement)

    def _note_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if (trace := self._trace) is not None:
            thread = threading.current_thread()
            statement = Statement(sql, threading.get_ident(), thread.name, find_callers())
            trace.statements.append(statement)
        return execute(sql, params, many, context)


def find_callers() -> list[str]:
    """The innermost functions of the playground on this thread's stack, innermost first."""
    callers: list[str] = []
    frame = inspect.currentframe()
    while frame is not None and len(callers) < MOST_CALLERS:
        code = frame.f_code
        if code.co_filename.startswith(INSIDE) and code.co_name not in NOT_FUNCTIONS:
            callers.append(f"{shorten_path(code.co_filename)}:{frame.f_lineno} {code.co_qualname}")
        frame = frame.f_back
    return callers


def shorten_path(path: str) -> str:
    return path.removeprefix(INSIDE)
