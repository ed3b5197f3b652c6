"""Scripts show translatable messages only, name known shortcuts, and are collected with imports."""

import re

from playground.commands.static_files import CONTINUES, ENTRIES, write_bundle
from playground.pages.templatetags.shortcuts import SHORTCUTS
from tests.architecture.packages import HOME

FOLDER = HOME / "static" / "js"
SCRIPTS = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.js")}
COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.M)
CODE = {name: COMMENT.sub("", source) for name, source in SCRIPTS.items()}
# Two words and more in a string: neither markup, a selector, a class list nor a media query.
SENTENCE = re.compile(r"""(["'`])([A-Z][a-z']*(?: [\w'{}$,-]+)+[.?!…]?)\1""")
TEMPLATES = [HOME / "templates" / "_messages.html", HOME / "templates/builder/_messages.html"]


def defined_messages() -> set[str]:
    names = [
        name
        for template in TEMPLATES
        for name in re.findall(r'^\s+data-([\w-]+)="\{% translate', template.read_text(), re.M)
    ]
    assert len(names) == len(set(names)), "a message is defined twice"
    return {re.sub(r"-(\w)", lambda found: found[1].upper(), name) for name in names}


def test_scripts_hold_no_sentences_of_their_own() -> None:
    found = {
        name: sentences
        for name, source in CODE.items()
        if (sentences := [match[2] for match in SENTENCE.finditer(source)])
    }
    assert found == {}, "write it in templates/_messages.html or templates/builder/_messages.html"


def test_every_message_a_script_names_is_defined_and_every_one_defined_is_used() -> None:
    defined = defined_messages()
    assert len(defined) > 50
    named = {name for source in CODE.values() for name in re.findall(r'message\("(\w+)"', source)}
    assert named - defined == set()
    quoted = {word for source in CODE.values() for word in re.findall(r'"(\w+)"', source)}
    assert defined - quoted == set(), "no script shows it"


def test_every_shortcut_a_script_handles_is_in_the_table() -> None:
    pattern = re.compile(r'(?:onShortcut\(|isShortcut\(event, )"([\w-]+)"')
    handled = {name for source in CODE.values() for name in pattern.findall(source)}
    listed = {each.name for each in SHORTCUTS}
    assert handled - listed == set()
    # The browser handles these two itself.
    assert listed - handled == {"cell-next", "close"}


def test_no_two_shortcuts_of_one_place_share_their_keys() -> None:
    in_grid = {"cell-next", "cell-below", "cell-above", "cell-menu"}
    for places in (in_grid, {each.name for each in SHORTCUTS} - in_grid):
        keys = [key for each in SHORTCUTS if each.name in places for key in each.keys.split()]
        assert len(keys) == len(set(keys))


def test_every_script_that_pages_load_is_collected_with_what_it_imports() -> None:
    loaded = set()
    for template in (HOME / "templates").rglob("*.html"):
        loaded |= set(re.findall(r"static 'js/([^']+)'", template.read_text()))
    importing = {name for name in loaded if re.search(r"^import ", SCRIPTS[name], re.M)}
    assert {f"js/{name}" for name in importing} <= set(ENTRIES)
    for name in importing:
        joined = write_bundle(f"js/{name}", lambda path: SCRIPTS[path.removeprefix("js/")])
        continues = f"js/{name}" in CONTINUES
        assert bool(re.search(r"^import ", joined, re.M)) == continues, name


def test_no_template_literal_has_several_lines() -> None:
    """Bundles leave out the margins of lines, and lines that are comments."""
    code = {name: re.sub(r"/`[^/]*/", "", source) for name, source in CODE.items()}
    odd = [
        (name, line)
        for name, source in code.items()
        for line in source.splitlines()
        if line.count("`") % 2
    ]
    assert odd == []


def test_scripts_are_explained() -> None:
    lines = sum(len(source.splitlines()) for source in SCRIPTS.values())
    comments = sum(len(COMMENT.findall(source)) for source in SCRIPTS.values())
    assert comments / lines >= 0.05
