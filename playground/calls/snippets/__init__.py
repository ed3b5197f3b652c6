"""Code that makes the same request: the languages a call can be copied in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.calls.snippets import go, javascript, php, python, ruby, shell
from playground.calls.snippets.fragments import UnsupportedCall
from playground.calls.values import MaskedCall

__all__ = ["LANGUAGES", "Language", "UnsupportedCall", "write_snippet"]


@dataclass(frozen=True)
class Language:
    """A language; `highlighting` is its name in the editor, `extension` has no dot."""

    id: str
    title: str
    extension: str
    highlighting: str
    write: Callable[[MaskedCall], str]


# Only languages whose snippets the tests run for real; tests/runtimes.sh installs them.
LANGUAGES: tuple[Language, ...] = (
    Language("curl", "cURL", "sh", "sh", shell.write_curl),
    Language("httpie", "HTTPie", "sh", "sh", shell.write_httpie),
    Language("python", "Python requests", "py", "python", python.write_python),
    Language("javascript", "JavaScript fetch", "mjs", "javascript", javascript.write_fetch),
    Language("node", "Node", "cjs", "javascript", javascript.write_node),
    Language("go", "Go", "go", "golang", go.write_go),
    Language("php", "PHP", "php", "php", php.write_php),
    Language("ruby", "Ruby", "rb", "ruby", ruby.write_ruby),
)


def write_snippet(language_id: str, call: MaskedCall) -> str:
    """The call as code.

    Raises LookupError for an unknown language, UnsupportedCall if the language can't express
    the call.
    """
    for language in LANGUAGES:
        if language.id == language_id:
            return language.write(call)
    raise LookupError(f"There is no snippet language {language_id}.")
