"""In the collected copy a script or a style sheet carries what it imports.

A page would otherwise ask for forty small files, and each answer has headers larger than many
of them. There is no build: the files as they are written work as well, one by one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRIES = (
    "js/page.js",
    "js/exchange.js",
    "js/reply.js",
    "js/builder/builder.js",
    "js/builder/changed.js",
    "js/builder/editor.js",
    "css/page.css",
    "css/building.css",
    "css/replying.css",
)

_import_script = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.{1,2}/[\w./-]+\.js)";\n', re.M)
_import_style = re.compile(r'^@import "([\w./-]+\.css)";\n', re.M)
_export = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.M)
_source_map = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")
_left = re.compile(r"^(?:import|export)\b", re.M)

Read = Callable[[str], str]


class CannotJoin(ValueError):
    """A file is not written as the joining needs it; it then stays as it is."""


class JoiningStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Joins, names by content, compresses."""

    joins = True

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        for name in [] if options.get("dry_run") else set(ENTRIES) & set(paths):
            try:
                joined = join(name, self._read)
            except (CannotJoin, OSError):
                continue
            self.delete(name)
            self._save(name, ContentFile(joined.encode()))
            paths[name] = (self, name)
        yield from super().post_process(paths, **options)

    def _read(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read(), "utf-8")


def join(name: str, read: Read) -> str:
    """One file with all it imports; raises CannotJoin."""
    return join_styles(name, read) if name.endswith(".css") else join_scripts(name, read)


def join_styles(name: str, read: Read) -> str:
    """A style sheet whose imports stand in their place; where a map of it lies changes, so
    that goes."""
    source = _source_map.sub("", read(name))
    return _import_style.sub(lambda found: join_styles(near(name, found[1]), read), source)


def join_scripts(name: str, read: Read) -> str:
    """A module with those it imports before it, each once and in a scope of its own."""
    order = list_modules(name, read)
    return "".join(write_scope(each, read(each), each == name) for each in order)


def list_modules(name: str, read: Read, above: tuple[str, ...] = ()) -> list[str]:
    """A module behind all that it needs."""
    if name in above:
        raise CannotJoin(f"{name} imports itself, by way of {above[-1]}.")
    order: dict[str, None] = {}
    for found in _import_script.finditer(read(name)):
        order.update(dict.fromkeys(list_modules(near(name, found[2]), read, (*above, name))))
    return [*order, name]


def write_scope(name: str, source: str, is_last: bool) -> str:
    """What a module exports as one constant; what the last one exports stays exported, for
    whoever fetches it when it is needed."""
    names = _export.findall(source)
    body = _import_script.sub(lambda found: _take(near(name, found[2]), found[1]), source)
    body = _export.sub("", body)
    if _left.search(body):
        raise CannotJoin(f"{name} imports or exports in another way than the others.")
    listed = f"{{ {', '.join(names)} }}"
    given = f"return {listed};\n" if names or not is_last else ""
    opening = f"const {variable(name)} = "
    if is_last:
        opening = f"export const {listed} = " if names else ""
    return f"{opening}(() => {{\n{body}{given}}})();\n"


def _take(name: str, names: str | None) -> str:
    """The names a module imports, as constants."""
    return f"const {{{names.replace(' as ', ': ')}}} = {variable(name)};\n" if names else ""


def variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def near(name: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))
