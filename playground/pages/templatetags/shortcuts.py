"""The keyboard shortcuts: one table for the handlers, the `?` sheet and the hints on buttons."""

from typing import NamedTuple

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()


class Shortcut(NamedTuple):
    """`keys` are alternatives as `aria-keyshortcuts` writes them: "Control+Shift+Z Control+Y".

    Scripts handle a shortcut by its name (static/js/shortcuts.js) and read its keys from the
    sheet. On macOS `Control` also means Command.
    """

    name: str
    keys: str
    label: str | Promise


SHORTCUTS = (
    Shortcut("send", "Control+Enter", _("Send, or confirm a dialog")),
    Shortcut("find", "Control+K", _("Find anything")),
    Shortcut("undo", "Control+Z", _("Undo")),
    Shortcut("redo", "Control+Shift+Z Control+Y", _("Redo")),
    # Tab and Escape are the browser's own. They are listed because people look for them here.
    Shortcut("cell-next", "Tab", _("Next cell (in the grid)")),
    Shortcut("cell-below", "Enter", _("Cell below, or a new row (in the grid)")),
    Shortcut("cell-above", "Shift+Enter", _("Cell above (in the grid)")),
    Shortcut("cell-menu", "Alt+ArrowDown", _("Cell options (in the grid)")),
    Shortcut("close", "Escape", _("Close")),
    Shortcut("resend", "A", _("Edit and send again (in the history)")),
    Shortcut("choose", "X", _("Select the row (in lists)")),
    Shortcut("help", "?", _("Keyboard shortcuts")),
)
# Key names of the DOM as keyboards label them.
LABELS = {"Control": "Ctrl", "Escape": "Esc", "ArrowDown": "↓"}
NARROW = {"Enter": "⏎"}
_BY_NAME = {each.name: each for each in SHORTCUTS}


@register.simple_tag
def shortcuts() -> list[tuple[Shortcut, list[list[str]]]]:
    """Each shortcut with its alternatives as labels: `[["Ctrl", "Shift", "Z"], ["Ctrl", "Y"]]`."""
    return [(each, [_labels(keys) for keys in each.keys.split()]) for each in SHORTCUTS]


@register.simple_tag
def shortcut_keys(name: str) -> str:
    """The value of `aria-keyshortcuts` for a button."""
    return _BY_NAME[name].keys


@register.simple_tag
def shortcut_hint(name: str) -> str:
    """The first alternative as a button shows it, such as `Ctrl+K`."""
    labels = _labels(_BY_NAME[name].keys.split()[0])
    return "+".join(NARROW.get(each, each) for each in labels)


def _labels(keys: str) -> list[str]:
    return [LABELS.get(each, each) for each in keys.split("+")]
