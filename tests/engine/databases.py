"""Empty databases on the server for tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def create_database(server: str) -> Iterator[str]:
    """The URL of a new database on the server of that URL, which is gone afterwards."""
    name = f"playground_{uuid.uuid4().hex[:12]}"
    run_statement(server, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        run_statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_statement(server: str, statement: str) -> None:
    # By name: without PostgreSQL its driver need not be installed.
    psycopg: Any = import_module("psycopg")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
