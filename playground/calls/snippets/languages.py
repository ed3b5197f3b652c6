"""The languages that a call can be copied in: only those whose snippets the tests run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.calls.snippets import (
    bash,
    go,
    httpie,
    javascript_fetch,
    node,
    php,
    python_requests,
    ruby,
)
from playground.calls.values import MaskedCall


@dataclass(frozen=True)
class Language:
    """One language: `highlighting` is the editor's name for it, `extension` has no dot."""

    id: str
    title: str
    extension: str
    highlighting: str
    write: Callable[[MaskedCall], str]


LANGUAGES: tuple[Language, ...] = (
    Language("curl", "cURL", "sh", "sh", bash.write),
    Language("httpie", "HTTPie", "sh", "sh", httpie.write),
    Language("python", "Python requests", "py", "python", python_requests.write),
    Language("javascript", "JavaScript fetch", "mjs", "javascript", javascript_fetch.write),
    Language("node", "Node", "cjs", "javascript", node.write),
    Language("go", "Go", "go", "golang", go.write),
    Language("php", "PHP", "php", "php", php.write),
    Language("ruby", "Ruby", "rb", "ruby", ruby.write),
)


def write_snippet(language_id: str, call: MaskedCall) -> str:
    """The call as code; raises LookupError for an unknown language, `UnsupportedCall` (with a
    sentence) where the language cannot say the call."""
    for language in LANGUAGES:
        if language.id == language_id:
            return language.write(call)
    raise LookupError(f"There is no snippet language {language_id}.")
