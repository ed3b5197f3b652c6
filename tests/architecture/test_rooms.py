"""Holds the table of rooms against the code."""

import ast
import re

from tests.architecture.rooms import (
    CODE,
    FRONT,
    FRONT_MAY_IMPORT,
    HOME,
    MAY_IMPORT,
    PURE,
    Import,
    list_imports,
    list_modules,
    room_of,
)

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "core", "services", "service"}
FORBIDDEN |= {"manager", "managers", "base", "misc"}
LONGEST = 300


def say(found: list[Import]) -> str:
    return "\n".join(map(str, found))


def test_every_folder_and_module_is_a_room_or_stands_in_front() -> None:
    known = set(MAY_IMPORT) | FRONT
    strange = {room_of(path) for path in list_modules()} - known
    assert not strange, f"not in DESIGN's table of rooms: {strange}"


def test_rooms_import_only_what_their_row_allows() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.room in MAY_IMPORT
        and found.target_room
        and found.target_room != found.room
        and found.target_room not in MAY_IMPORT[found.room]
    ]
    assert not wrong, say(wrong)


def test_what_stands_in_front_imports_little() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.room in FRONT
        and found.target_room
        and found.target_room not in FRONT_MAY_IMPORT.get(found.room, set())
    ]
    assert not wrong, say(wrong)


def test_pure_rooms_know_no_django() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.room in PURE and found.target.split(".")[0].startswith(("django", "crispy", "csp"))
    ]
    assert not wrong, say(wrong)


def test_nothing_is_imported_inside_a_function() -> None:
    wrong = [found for found in list_imports() if found.inside]
    assert not wrong, say(wrong)


def test_nothing_is_imported_by_name_at_run_time() -> None:
    wrong = [found for found in list_imports() if found.target.startswith("importlib.import_")]
    assert not wrong, say(wrong)


def test_every_module_opens_with_one_sentence() -> None:
    mute = [
        str(path.relative_to(HOME))
        for path in list_modules()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not mute, mute


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    files = [*list_modules(), *(HOME / "static").rglob("*.js"), *(HOME / "static").rglob("*.css")]
    files += (HOME / "templates").rglob("*.html")
    long = [
        f"{path.relative_to(HOME)}: {lines}"
        for path in files
        if (lines := len(path.read_text().splitlines())) > LONGEST
    ]
    assert not long, f"which room is missing? {long}"


def test_no_name_hides_disorder() -> None:
    names = [path.relative_to(CODE) for path in CODE.rglob("*") if "__pycache__" not in path.parts]
    hiding = [str(name) for name in names if FORBIDDEN & set(re.split(r"[_./]", str(name)))]
    assert not hiding, hiding
