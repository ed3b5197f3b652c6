"""Templates contain markup only: no script, no style, nothing from other hosts."""

import re
from pathlib import Path

import pytest

from tests.architecture.packages import HOME

TEMPLATES = sorted((HOME / "templates").rglob("*.html"))
CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)", re.I),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=|\shx-on", re.I),
    "a javascript: URL": re.compile(r"javascript:", re.I),
    "something loaded from another host": re.compile(
        r"<(?:script|link|img|iframe|source|use|form|object|embed)\b[^>]*"
        r"(?:src|href|action|data)\s*=\s*[\"']?(?:https?:)?//",
        re.I,
    ),
}


def markup_of(path: Path) -> str:
    return CODE.sub("", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOME)))
@pytest.mark.parametrize("thing", FORBIDDEN)
def test_a_template_contains_no(thing: str, path: Path) -> None:
    found = FORBIDDEN[thing].search(markup_of(path))
    assert not found, (
        f"{path.relative_to(HOME)} contains {thing}: {found.group(0) if found else ''}"
    )


@pytest.mark.parametrize(
    "path", sorted((HOME / "static").rglob("*.css")), ids=lambda path: path.name
)
def test_a_style_sheet_loads_nothing_from_other_hosts(path: Path) -> None:
    own = re.sub(r'^@import "[\w./-]+\.css";$', "", path.read_text(), flags=re.M)
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", own)


@pytest.mark.parametrize(
    "path", sorted((HOME / "static").rglob("*.js")), ids=lambda path: path.name
)
def test_a_script_turns_no_text_into_code_or_markup(path: Path) -> None:
    markup = r"\.(?:inner|outer)HTML\s*=(?!=)(?!\s*['\"])|insertAdjacentHTML"
    assert not re.search(rf"\beval\(|new Function\(|{markup}", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_form_that_posts_carries_the_csrf_token(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), re.S | re.I):
        assert "csrf_token" in form
