"""The base page: small and legible styles, icons, themes and navigation."""

import gzip
import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from playground.commands.static_files import write_bundle
from playground.people.models import Person, Role
from playground.settings import HOME

STATIC = HOME / "static"
TEMPLATES = sorted((HOME / "templates").rglob("*.html"))
BUILDER = ("tokens", "layout", "parts", "builder", "grid", "preview", "reply")
STYLES = [f"css/{name}.css" for name in BUILDER]

SYMBOLS = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
USED_SYMBOL = re.compile(r'{% icon "(\w+)"')


def weigh(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in files)


def weigh_bundles(*names: str) -> int:
    """Bytes as served: scripts and styles are bundled when they are collected."""
    bundles = [write_bundle(each, lambda name: (STATIC / name).read_text()) for each in names]
    return sum(len(gzip.compress(each.encode(), mtime=0)) for each in bundles)


def found(name: str) -> Path:
    path = finders.find(name)
    assert isinstance(path, str), name
    return Path(path)


def make_request(person: Person | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/drafts/")
    request.user = person
    return request


def render_base(person: Person | AnonymousUser, **context: object) -> str:
    return render_to_string("base.html", context, request=make_request(person))


def test_the_builder_loads_at_most_fifteen_kilobytes_of_styles() -> None:
    assert weigh_bundles(*STYLES) <= 15_000


def test_styles_and_scripts_of_all_pages_stay_small() -> None:
    borrowed = [
        found("bootstrap/css/bootstrap-reboot.min.css"),
        found("django_htmx/htmx-2.min.js"),
    ]
    files = [*borrowed, STATIC / "js" / "theme.js", STATIC / "icons.svg"]
    assert weigh(*files) + weigh_bundles(*STYLES, "js/times.js", "js/page.js") <= 45_000


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_the_sprite_has_every_symbol_a_template_uses(file: Path) -> None:
    assert set(USED_SYMBOL.findall(file.read_text())) <= SYMBOLS


def read_colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--pg-([\w-]+): (#[0-9a-f]{3,6});", block))


def read_themes() -> dict[str, dict[str, str]]:
    text = (STATIC / "css" / "tokens.css").read_text()
    light, dark = re.findall(r"(?m)^(?::root|\[data-bs-theme=\"dark\"\]) \{(.*?)^\}", text, re.S)[
        :2
    ]
    return {"light": read_colours(light), "dark": read_colours(dark)}


def shine(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((shine(one), shine(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


GROUNDS = ("ground", "surface", "sunken", "hover")
MEANINGS = ("accepted", "warning", "refused", "unknown", "running", "practice")
TEXT_ON_GROUND = [
    *product(("text", "muted", "faint"), GROUNDS),
    *product(("json-string", "json-number", "json-bool"), ("surface", "glow", "lit")),
    *product(("text", "faint"), ("lit", "glow")),
    *((meaning, f"{meaning}-ground") for meaning in MEANINGS),
    *product(MEANINGS, ("surface", "ground")),
    *product(("muted",), (f"{meaning}-ground" for meaning in MEANINGS)),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("surface", "text"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_has_enough_contrast(theme: str, text: str, ground: str) -> None:
    colours = read_themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "ground"])
@pytest.mark.parametrize("edge", ["control-line", "accent"])
def test_borders_and_the_focus_ring_have_enough_contrast(
    theme: str, ground: str, edge: str
) -> None:
    colours = read_themes()[theme]
    assert contrast(colours[edge], colours[ground]) >= 3


def test_the_dark_theme_defines_every_colour() -> None:
    themes = read_themes()
    assert themes["light"].keys() == themes["dark"].keys()


def test_the_theme_is_set_before_the_first_style_sheet() -> None:
    page = render_base(AnonymousUser())
    theme = re.search(r'<script src="[^"]*theme[^"]*"></script>', page)
    assert theme
    assert theme.start() < page.index('rel="stylesheet"')


def test_a_stranger_sees_no_navigation() -> None:
    page = render_base(AnonymousUser())
    assert 'id="navigation"' not in page
    assert "Sign out" not in page


def test_navigation_marks_the_current_page_and_signing_out_is_a_form() -> None:
    page = render_base(Person(username="ada", role=Role.EDITOR))
    assert '<a href="/drafts/" aria-current="page">' in page
    assert re.search(r'<form method="post" action="/sign-out/" data-anybody>', page)


def test_a_protected_connection_marks_the_page() -> None:
    assert "data-protected>" in render_base(AnonymousUser(), connection={"protected": True})
    assert "data-protected>" not in render_base(AnonymousUser(), connection={"protected": False})


def test_a_name_is_shown_as_text() -> None:
    page = render_base(Person(username="<b>x</b>"))
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page
