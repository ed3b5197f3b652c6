"""The help pages, and the links that lead to their sections."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from playground.pages.help_pages import DOCUMENTS, read_help, render_document

TEMPLATES = Path(settings.HOME) / "templates"
# Pages for people who are not signed in, the page of errors, and help itself.
WITHOUT_HELP = {"sign_in", "link", "share", "error", "help"}
# Pages that guests of a share link never see.
OF_OWN_SHARE_LINKS = ("share/new.html", "share/made.html")


def anchors(name: str) -> set[str]:
    return {each.anchor for each in read_help(name).sections}


def test_each_page_links_to_a_section_that_exists() -> None:
    linked = 0
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        for section in re.findall(r'{% help_link "([^"]*)" %}', text):
            linked += 1
            assert section in anchors("guide"), f"{path.name} links to {section}"
    assert linked > 30


def test_no_page_with_a_title_is_without_help() -> None:
    for path in TEMPLATES.rglob("*.html"):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.parent.name in WITHOUT_HELP and name not in OF_OWN_SHARE_LINKS:
            continue
        text = path.read_text()
        assert "<h1" not in text or "{% help_link" in text, name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_link_within_the_documents_leads_somewhere(name: str) -> None:
    html = read_help(name).html
    assert f'id="{next(iter(read_help(name).sections)).anchor}"' in html
    for address in re.findall(r'href="([^"]*)"', html):
        if address.startswith(("http://", "https://")):
            continue
        place, _hash, anchor = address.partition("#")
        other = place.rstrip("/").rpartition("/")[2] or name
        assert other in DOCUMENTS, address
        assert not anchor or anchor in anchors(other), address


def test_a_document_cannot_bring_markup_or_scripts() -> None:
    text = "# Title\n\n## A <b>\n\n<script>x</script> [go](javascript:x) ![i](x.png)\n"
    html = render_document(text).html
    for tag in ("<script", "<b>", "<img", 'href="java', "Title"):
        assert tag not in html
    assert '<h2 id="a-b">A &lt;b&gt;</h2>' in html


def test_a_link_to_another_document_leads_to_its_page() -> None:
    html = render_document("# T\n\n[a](operating.md#workers) [b](guide.md) [c](../README.md)").html
    assert f'href="{reverse("help", args=["operating"])}#workers"' in html
    assert f'href="{reverse("help", args=["guide"])}"' in html


@pytest.mark.django_db
def test_everybody_who_is_signed_in_reads_the_help(as_viewer: Client, client: Client) -> None:
    for name, title in DOCUMENTS.items():
        page = as_viewer.get(reverse("help", args=[name])).content.decode()
        assert f"<h1>{title}</h1>" in page
        assert f'href="#{read_help(name).sections[0].anchor}"' in page
    assert as_viewer.get("/help/secrets/").status_code == 404
    assert client.get("/help/guide/").status_code == 302


@pytest.mark.django_db
def test_a_page_has_a_question_mark_next_to_its_title(as_viewer: Client) -> None:
    page = as_viewer.get("/jobs/").content.decode()
    assert re.search(r'</h1><a class="[^"]*help-link" href="/help/guide/#jobs"', page)
