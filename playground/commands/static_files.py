"""Collect static files, and bundle entry scripts and sheets with their imports.

A page would otherwise request forty small files, many of them smaller than their headers.
There is no build step: the files as they are written work as well, one by one.
"""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import apps
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRIES = (
    "js/theme.js",
    "js/splits.js",
    "js/remembered.js",
    "js/times.js",
    "js/page.js",
    "js/reply.js",
    "js/guest.js",
    "js/json_texts.js",
    "js/resend.js",
    "js/selection.js",
    "js/api_import.js",
    "js/pasting.js",
    "js/batch.js",
    "js/mapping.js",
    "js/definition_form.js",
    "js/address_fragment.js",
    "js/builder/builder.js",
    "js/builder/rest.js",
    "js/builder/editor.js",
    "css/page.css",
    "css/building.css",
    "css/rest.css",
    "css/replying.css",
)
# Scripts that continue another one, which the page has loaded before. What both need is only in
# the earlier one and imported from there: a module must not exist twice, as it may hold state.
CONTINUES = {
    "js/guest.js": "js/page.js",
    "js/json_texts.js": "js/page.js",
    "js/selection.js": "js/page.js",
    "js/mapping.js": "js/page.js",
    "js/builder/builder.js": "js/page.js",
    "js/builder/rest.js": "js/builder/builder.js",
    "js/builder/editor.js": "js/builder/builder.js",
}

# One way of writing imports and exports, which the scripts keep to; the rest can't be bundled.
_import_script = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.{1,2}/[\w./-]+\.js)";\n', re.M)
_import_style = re.compile(r'^@import "([\w./-]+\.css)";\n', re.M)
_export = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.M)
# License notices are marked with an exclamation mark and stay. A source map would be looked
# for next to the bundle, where it isn't; its reference is a comment too.
_style_comment = re.compile(r"/\*(?!!).*?\*/\n?", re.S)
# Lines that are comments, and the space before all others. No template literal has several lines.
_script_space = re.compile(r"^[ \t]*//.*\n|^[ \t]+|^\n", re.M)
_unsupported = re.compile(r"^(?:import|export)\b", re.M)

Read = Callable[[str], str]


# The names with a hash of the content. A page of the version before, or a process that still runs
# it during an upgrade, may ask for them for a while.
_hashed = re.compile(r"\.[0-9a-f]{12}\.\w+(?:\.(?:gz|br))?$")
KEEP_SECONDS = 30 * 24 * 3600


def remove_outdated(folder: Path) -> None:
    """Remove what was collected before, except recent files that another version may serve."""
    limit = time.time() - KEEP_SECONDS
    for path in folder.rglob("*"):
        if path.is_file() and not (_hashed.search(path.name) and path.stat().st_mtime > limit):
            path.unlink()


class StaticFilesConfig(apps.StaticFilesConfig):
    """Leaves out the 2,000 files of Ace that no page uses."""

    ignore_patterns = [
        *apps.StaticFilesConfig.ignore_patterns,
        "snippets",
        "keybinding-*",
        "mode-[!jt]*",
        "worker-[!j]*",
    ]


class CannotBundle(ValueError):
    """A file uses syntax that can't be bundled; it then stays as it is."""


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Bundles files, adds a hash of the content to their names, and compresses them."""

    # Asked for by the template tag `styles`: without bundles it links each imported sheet.
    bundles = True

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        collected: dict[str, str] = {}
        bundles: dict[str, ContentFile[bytes]] = {}
        for name in ENTRIES if not options.get("dry_run") else ():
            if name not in paths:
                continue
            try:
                bundle = ContentFile(write_bundle(name, self._read, collected).encode())
            except (CannotBundle, OSError):
                continue
            bundles[name] = bundle
            # Scripts refer to no files by URL, so their content is final.
            collected[name] = self.hashed_name(name, bundle)
        for name, bundle in bundles.items():
            self.delete(name)
            self._save(name, bundle)
            paths[name] = (self, name)
        yield from super().post_process(paths, **options)

    def _read(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read(), "utf-8")


def write_bundle(name: str, read: Read, collected: Mapping[str, str] | None = None) -> str:
    """One file with everything it imports. Raises CannotBundle.

    `collected` has the names with hashes of the bundles that it may continue.
    """
    if name.endswith(".css"):
        return _bundle_styles(name, read)
    # Each module once, before those that import it, in a scope of its own.
    bundle_of = _assign_modules(name, read)
    shared: dict[str, list[str]] = {}
    scopes = []
    for each in _sort_modules(name, read):
        if bundle_of[each] == name:
            scopes.append(_write_scope(each, read(each), each == name))
        else:
            shared.setdefault(bundle_of[each], []).append(each)
    imports = [
        f'import {_list_constants(modules)} from "{_address(name, earlier, collected)}";\n'
        for earlier, modules in shared.items()
    ]
    own = [each for each, bundle in bundle_of.items() if bundle == name and each != name]
    is_continued = name in CONTINUES.values()
    exports = [f"export {_list_constants(own)};\n"] if own and is_continued else []
    return "".join([*imports, *scopes, *exports])


def _assign_modules(name: str, read: Read) -> dict[str, str]:
    """The bundle that holds each module of this one and of those it continues."""
    earlier = CONTINUES.get(name)
    bundle_of = _assign_modules(earlier, read) if earlier else {}
    for each in _sort_modules(name, read):
        bundle_of.setdefault(each, name)
    return bundle_of


def _address(name: str, earlier: str, collected: Mapping[str, str] | None) -> str:
    """An earlier bundle, in the form in which a later one imports it."""
    if collected is not None:
        if earlier not in collected:
            raise CannotBundle(f"{name} continues {earlier}, which could not be bundled.")
        earlier = collected[earlier]
    path = posixpath.relpath(earlier, posixpath.dirname(name))
    return path if path.startswith("../") else f"./{path}"


def _list_constants(modules: list[str]) -> str:
    return f"{{ {', '.join(map(_name_constant, modules))} }}"


def _bundle_styles(name: str, read: Read) -> str:
    """A style sheet without comments, its imports replaced by what they import."""
    source = _style_comment.sub("", read(name))
    return _import_style.sub(lambda found: _bundle_styles(_resolve(name, found[1]), read), source)


def _sort_modules(name: str, read: Read, importers: tuple[str, ...] = ()) -> list[str]:
    """The modules that a module needs, and last the module itself."""
    if name in importers:
        raise CannotBundle(f"{name} imports itself through {importers[-1]}.")
    order: dict[str, None] = {}
    for found in _import_script.finditer(read(name)):
        needed = _sort_modules(_resolve(name, found[2]), read, (*importers, name))
        order.update(dict.fromkeys(needed))
    return [*order, name]


def _write_scope(name: str, source: str, is_last: bool) -> str:
    """A module as a function that returns its exports, called at once.

    The exports of the last module stay exports, for scripts that import it when needed.
    """
    names = _export.findall(source)
    body = _import_script.sub(
        lambda found: _write_import(_resolve(name, found[2]), found[1]), source
    )
    body = _export.sub("", body)
    if _unsupported.search(body):
        raise CannotBundle(f"{name} has an import or export that can't be bundled.")
    body = _script_space.sub("", body)
    exports = f"{{ {', '.join(names)} }}"
    result = f"return {exports};\n" if names or not is_last else ""
    opening = f"const {_name_constant(name)} = "
    if is_last:
        opening = f"export const {exports} = " if names else ""
    return f"{opening}(() => {{\n{body}{result}}})();\n"


def _write_import(name: str, names: str | None) -> str:
    """The imported names as constants."""
    return f"const {{{names.replace(' as ', ': ')}}} = {_name_constant(name)};\n" if names else ""


def _name_constant(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _resolve(name: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))
