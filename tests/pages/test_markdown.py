"""Untrusted descriptions are rendered as safe HTML, and as the help of fields."""

import pytest

from playground.pages.markdown import (
    LONGEST_HELP,
    excerpt_markdown,
    render_help,
    render_markdown,
)

LINK = 'rel="noopener noreferrer nofollow" target="_blank"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Plain & simple.", "Plain &amp; simple."),
        ("A `code` and **bold**.", "A <code>code</code> and <strong>bold</strong>."),
        (
            "The [currency](https://docs.example/c).",
            f'The <a href="https://docs.example/c" {LINK}>currency</a>.',
        ),
        (
            '<p>See <a href="https://docs.example">the docs</a> and <code>x</code>.</p>',
            f'See <a href="https://docs.example" {LINK}>the docs</a> and <code>x</code>.',
        ),
        ("<Message warning>Comes <b>first</b>.</Message>", "Comes <strong>first</strong>."),
        ("Bearer <token>, `<b>x</b>`", "Bearer &lt;token&gt;, <code>&lt;b&gt;x&lt;/b&gt;</code>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
    ],
)
def test_help_is_rendered_as_intended(text: str, html: str) -> None:
    assert render_help(text) == html


def test_a_list_in_a_help_text_stays_a_list() -> None:
    html = render_help("Limits:\n* 20 keys\n* 80 characters")
    assert html.count("<li>") == 2
    assert "<details" not in html


def test_a_long_help_text_opens_from_its_first_words() -> None:
    text = "word " * LONGEST_HELP
    html = render_help(text)
    summary, _end, whole = html.partition("</summary>")
    assert summary.startswith('<details class="long-help"><summary><span>word word')
    assert "…" in summary
    assert f"<p>{text.strip()}</p>" in whole


def test_tables_have_no_inline_styles() -> None:
    html = render_markdown("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert "<td>1</td>" in html
    assert "style" not in html


def test_an_excerpt_has_no_marks() -> None:
    text = "> **Note** the [guide](https://x.example) and `this`.\n\nMore."
    assert excerpt_markdown(text) == "Note the guide and this."


@pytest.mark.parametrize("text", ["<a>", "<", "<a ", "`", "[", '<a href="', "*a ", "![]("])
def test_the_output_for_hard_texts_is_bounded(text: str) -> None:
    assert len(render_help(text * 5000)) < 400_000
