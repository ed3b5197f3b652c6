"""Removes files that nothing refers to any more: no draft, no change, no template, no exchange."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from playground.jsontext.references import FILE_REFERENCE
from playground.vault.models import Secret
from playground.vault.rotation import read_sealed_texts
from playground.workspace.files import forget_file
from playground.workspace.models import File

# A file that was just dropped stands in no document yet.
YOUNG = timedelta(hours=1)


def sweep_files() -> int:
    """Remove what nobody uses; the number of files removed."""
    old = File.objects.filter(created_at__lt=timezone.now() - YOUNG)
    if not old.exists():
        return 0
    used = set(_list_used())
    unused = [each for each in old if each.id not in used]
    for file in unused:
        forget_file(file)
    return len(unused)


def _list_used() -> Iterator[str]:
    """Documents stand encrypted, in whichever room: all of them are read, one at a time."""
    for text in read_sealed_texts(but=Secret):
        if "{{file:" in text:
            yield from FILE_REFERENCE.findall(text)
