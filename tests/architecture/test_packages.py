"""Compares the table of packages with the code."""

import ast
import re

from tests.architecture.packages import (
    CODE,
    HOME,
    MAY_IMPORT,
    PURE,
    TOP_LEVEL,
    TOP_LEVEL_MAY_IMPORT,
    Import,
    list_imports,
    list_modules,
    package_of,
)

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "core", "services", "service"}
FORBIDDEN |= {"manager", "managers", "base", "misc"}
LONGEST = 300


def describe(imports: list[Import]) -> str:
    return "\n".join(map(str, imports))


def test_every_folder_and_module_is_in_the_table() -> None:
    known = set(MAY_IMPORT) | TOP_LEVEL
    strange = {package_of(path) for path in list_modules()} - known
    assert not strange, f"not in the table of packages: {strange}"


def test_packages_import_only_what_their_row_allows() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.package in MAY_IMPORT
        and found.target_package
        and found.target_package != found.package
        and found.target_package not in MAY_IMPORT[found.package]
    ]
    assert not wrong, describe(wrong)


def test_top_level_modules_import_little() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.package in TOP_LEVEL
        and found.target_package
        and found.target_package not in TOP_LEVEL_MAY_IMPORT.get(found.package, set())
    ]
    assert not wrong, describe(wrong)


def test_pure_packages_do_not_import_django() -> None:
    wrong = [
        found
        for found in list_imports()
        if found.package in PURE
        and found.target.split(".")[0].startswith(("django", "crispy", "csp"))
    ]
    assert not wrong, describe(wrong)


def test_nothing_is_imported_inside_a_function() -> None:
    wrong = [found for found in list_imports() if found.inside]
    assert not wrong, describe(wrong)


def test_nothing_is_imported_by_name_at_run_time() -> None:
    wrong = [found for found in list_imports() if found.target.startswith("importlib.import_")]
    assert not wrong, describe(wrong)


def test_every_module_has_a_docstring() -> None:
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
    assert not long, f"too long: {long}"


def test_no_name_hides_disorder() -> None:
    names = [path.relative_to(CODE) for path in CODE.rglob("*") if "__pycache__" not in path.parts]
    hiding = [str(name) for name in names if FORBIDDEN & set(re.split(r"[_./]", str(name)))]
    assert not hiding, hiding
