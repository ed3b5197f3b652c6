"""Bundled scripts and style sheets contain their imports and work the same."""

import re

import pytest
from django.contrib.staticfiles import finders

from playground.commands import static_files
from playground.commands.static_files import CONTINUES, ENTRIES, CannotBundle, write_bundle


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
    own = [line for line in left if line.startswith("export const {")]
    assert len(own) == ("\nexport " in read(name))
    # The others are shared by bundles.
    shared = r'(?:import \{ [$\w, ]+ \} from "[./\w]+"|export \{ [$\w, ]+ \});'
    assert all(re.fullmatch(shared, line) for line in left if line not in own)


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


def test_a_bundle_takes_shared_modules_from_the_one_it_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {
        "js/first.js": 'import { b } from "./b.js";\nb();\n',
        "js/in/rest.js": 'import { b } from "../b.js";\nimport { c } from "./c.js";\n'
        "export const d = b + c;\n",
        "js/b.js": "export function b() {}\n",
        "js/in/c.js": "export const c = 3;\n",
    }
    monkeypatch.setattr(static_files, "CONTINUES", {"js/in/rest.js": "js/first.js"})
    assert write_bundle("js/first.js", files.__getitem__).endswith("\nexport { $js_b };\n")
    rest = write_bundle("js/in/rest.js", files.__getitem__, {"js/first.js": "js/first.abc.js"})
    assert rest == (
        'import { $js_b } from "../first.abc.js";\n'
        "const $js_in_c = (() => {\nconst c = 3;\nreturn { c };\n})();\n"
        "export const { d } = (() => {\nconst { b } = $js_b;\nconst { c } = $js_in_c;\n"
        "const d = b + c;\nreturn { d };\n})();\n"
    )
    with pytest.raises(CannotBundle):
        write_bundle("js/in/rest.js", files.__getitem__, {})


def test_a_bundle_comes_after_the_one_it_continues() -> None:
    assert all(ENTRIES.index(earlier) < ENTRIES.index(name) for name, earlier in CONTINUES.items())


def test_comments_and_margins_of_scripts_are_left_out() -> None:
    source = "// Why.\nconst a = () => {\n  // Here.\n\n  return 1; // one\n};\n"
    assert write_bundle("a.js", {"a.js": source}.__getitem__) == (
        "(() => {\nconst a = () => {\nreturn 1; // one\n};\n})();\n"
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
