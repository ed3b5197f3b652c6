"""Style sheets made of several: one link where they were joined, else one for each."""

import posixpath
import re
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

IMPORTED = re.compile(r'^@import "([\w./-]+\.css)";$', re.M)


@register.simple_tag
def styles(name: str) -> SafeString:
    """The links of a sheet that only imports others. Browsers would fetch those one by one."""
    is_bundled = getattr(staticfiles_storage, "bundles", False)
    names = [name] if is_bundled else list_imports(name)
    links = ((static(each),) for each in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


def list_imports(name: str) -> list[str]:
    path = finders.find(name)
    text = Path(path).read_text() if isinstance(path, str) else ""
    folder = posixpath.dirname(name)
    found = [posixpath.normpath(posixpath.join(folder, each)) for each in IMPORTED.findall(text)]
    return found or [name]
