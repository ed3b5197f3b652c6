"""Bundled scripts and style sheets contain their imports and work the same."""

import pytest
from django.contrib.staticfiles import finders

from playground.commands.static_files import ENTRIES, CannotBundle, write_bundle


def read(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    with open(path) as file:
        return file.read()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_can_be_bundled(name: str) -> None:
    bundle = write_bundle(name, read)
    assert "@import" not in bundle
    left = [line for line in bundle.splitlines() if line.startswith(("import ", "export "))]
    assert all(line.startswith("export const {") for line in left)
    assert len(left) == ("\nexport " in read(name))


def test_a_module_appears_once_and_before_those_that_import_it() -> None:
    files = {
        "js/a.js": 'import { b as two } from "./in/b.js";\nimport { c } from "./c.js";\ntwo(c);\n',
        "js/in/b.js": 'import { c } from "../c.js";\nexport function b() { return c; }\n',
        "js/c.js": "export const c = 3;\n",
    }
    assert write_bundle("js/a.js", files.__getitem__) == (
        "const $js_c = (() => {\nconst c = 3;\nreturn { c };\n})();\n"
        "const $js_in_b = (() => {\nconst { c } = $js_c;\nfunction b() { return c; }\n"
        "return { b };\n})();\n"
        "(() => {\nconst { b: two } = $js_in_b;\nconst { c } = $js_c;\ntwo(c);\n})();\n"
    )


def test_the_exports_of_the_entry_stay_exports() -> None:
    files = {
        "a.js": 'import { b } from "./b.js";\nexport class A { x = b; }\nexport const c = 1;\n',
        "b.js": "export const b = 2;\n",
    }
    assert write_bundle("a.js", files.__getitem__) == (
        "const $b = (() => {\nconst b = 2;\nreturn { b };\n})();\n"
        "export const { A, c } = (() => {\nconst { b } = $b;\n"
        "class A { x = b; }\nconst c = 1;\nreturn { A, c };\n})();\n"
    )


@pytest.mark.parametrize(
    "source",
    ['import a from "./b.js";\n', "export default 3;\n", 'import { a } from "./a.js";\n'],
)
def test_unsupported_imports_and_exports_are_rejected(source: str) -> None:
    with pytest.raises(CannotBundle):
        write_bundle("js/a.js", {"js/a.js": source}.__getitem__)


def test_a_style_sheet_contains_its_imports() -> None:
    files = {"css/a.css": '@import "../x/b.css";\n.a {}\n', "x/b.css": ".b {}\n"}
    files["x/b.css"] += "/*# sourceMappingURL=b.css.map */"
    assert write_bundle("css/a.css", files.__getitem__) == ".b {}\n.a {}\n"
