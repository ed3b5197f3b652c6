"""Names mean one thing, private names of libraries stay private, SQL runs on each database."""

from tests.architecture.names import (
    import_modules,
    list_database_words,
    list_private_overrides,
    list_private_uses,
    list_public_definitions,
)
from tests.architecture.packages import list_modules

# The settings of connections to SQLite, for those connections only.
# Each database has codes of its own for a full disk and the like.
FOR_ONE_DATABASE = {
    "settings: PRAGMA",
    "vault.storage_errors: import sqlite3",
    "vault.storage_errors: sqlite_errorcode",
}

# Public names with several definitions: the same thing for different types.
SHARED_NAMES = {
    "Command": "Django finds a management command by this name.",
    "Row": "A row of a file as it is read, and the same row in the ledger of a batch.",
    "Secret": "A row of the vault, and the same secret as a value on its way into a call.",
    "Slot": "A time at which a schedule was due, and a place for a slow response of the sandbox.",
    "authenticate": "Each API of the sandbox checks keys of its own.",
    "delete_repeat": "The page, and the operation of the sandbox that it leads to.",
    "find_requests": "The protocol of the importers' readers.",
    "get_exchange": "The operation of the HTTP API, and a lookup for the pages.",
    "looks_like": "The protocol of the importers' readers.",
    "read_number": "Text into a number within bounds: from the environment, from a URL.",
    "reject_unknown_path": "Each API of the sandbox has errors of its own.",
    "restore": "A deleted draft, and an earlier version of a template.",
    "retry_job": "The page, and the operation of the sandbox that it leads to.",
    "show_job": "The page, and the operation of the sandbox that it leads to.",
    "write_error": "Each API of the sandbox has errors of its own.",
}


def test_a_public_name_has_one_definition_or_a_reason() -> None:
    shared = {name for name, modules in list_public_definitions().items() if len(modules) > 1}
    unexplained = shared - SHARED_NAMES.keys()
    assert not unexplained, f"rename, or explain in SHARED_NAMES: {sorted(unexplained)}"
    stale = SHARED_NAMES.keys() - shared
    assert not stale, f"no longer shared: {sorted(stale)}"


def test_no_private_attribute_of_a_library_is_used() -> None:
    uses = {use for path in list_modules() for use in list_private_uses(path)}
    assert not uses, sorted(uses)


def test_no_private_method_of_a_library_is_replaced() -> None:
    overrides = {each for module in import_modules() for each in list_private_overrides(module)}
    assert not overrides, sorted(overrides)


def test_no_sql_is_for_one_database_only() -> None:
    words = {word for path in list_modules() for word in list_database_words(path)}
    assert words == FOR_ONE_DATABASE, sorted(words ^ FOR_ONE_DATABASE)
