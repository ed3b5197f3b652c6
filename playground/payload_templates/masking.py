"""Credentials in variants, masked before others may see them."""

from __future__ import annotations

from dataclasses import replace

from playground.drafts.credentials import mask_text, mask_value
from playground.drafts.editing import Edit
from playground.importers.credentials import Collector
from playground.payload_templates.variants import Variant


def mask_variant(variant: Variant, collector: Collector) -> Variant:
    return replace(variant, edits=tuple(_mask_edit(each, collector) for each in variant.edits))


def _mask_edit(edit: Edit, collector: Collector) -> Edit:
    if edit.kind == "set":
        return replace(edit, value=mask_value(edit.pointer, edit.value, collector))
    if edit.kind == "replace":
        return replace(edit, value=mask_text(edit.value, collector))
    return edit
