"""Names: no private ones of libraries, no SQL for one database only."""

from tests.architecture.names import (
    import_modules,
    list_database_words,
    list_private_overrides,
    list_private_uses,
)
from tests.architecture.rooms import list_modules

# What is still to be replaced. Nothing may join this list.
PRIVATE = {
    "sandbox.hanging: ._read",
    "sandbox.hanging: ._sock",
}
ONE_DATABASE = {
    # Settings of a connection to SQLite, for connections to SQLite only.
    "settings: PRAGMA",
}


def test_no_private_attribute_of_a_library_is_used() -> None:
    uses = {use for path in list_modules() for use in list_private_uses(path)}
    assert uses <= PRIVATE, sorted(uses - PRIVATE)


def test_no_private_method_of_a_library_is_replaced() -> None:
    overrides = {each for module in import_modules() for each in list_private_overrides(module)}
    assert overrides <= PRIVATE, sorted(overrides - PRIVATE)


def test_no_sql_is_for_one_database_only() -> None:
    words = {word for path in list_modules() for word in list_database_words(path)}
    assert words <= ONE_DATABASE, sorted(words - ONE_DATABASE)
