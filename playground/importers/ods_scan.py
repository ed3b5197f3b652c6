"""OpenDocument workbooks looked through before calamine reads them."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from playground.importers.tables import InvalidTable
from playground.importers.workbook_archive import (
    ERROR_VALUE,
    PROTECTED,
    SheetScan,
    open_archive,
)

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
TABLE, OFFICE, TEXT = (f"{{{NAMES}:{each}:1.0}}" for each in ("table", "office", "text"))
EXTENSION = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


def scan_ods(file: BinaryIO) -> dict[str, SheetScan]:
    """What is in the sheets of an OpenDocument workbook, by name. Raises InvalidTable."""
    found: dict[str, SheetScan] = {}
    with open_archive(file) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise InvalidTable(PROTECTED, "protected")
        with archive.open("content.xml") as opened:
            scan, number = SheetScan(), 0
            for event, element in ElementTree.iterparse(opened, ("start", "end")):
                # Rows end before their table does: its name is read where it starts.
                if event == "start" and element.tag == f"{TABLE}table":
                    scan, number = SheetScan(), 0
                    found[element.get(f"{TABLE}name", "")] = scan
                elif event == "end" and element.tag == f"{TABLE}table-row":
                    repeated = int(element.get(f"{TABLE}number-rows-repeated", "1"))
                    _scan_ods_row(element, number, repeated, scan)
                    number += repeated
                    element.clear()
    return found


def _scan_ods_row(row: Element, before: int, repeated: int, scan: SheetScan) -> None:
    column = 0
    for cell in row:
        column += int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        if cell.get(f"{OFFICE}value-type") is None and not len(cell):
            continue
        scan.add(before + repeated, column)
        spaces = sum(int(each.get(f"{TEXT}c", "1")) for each in cell.iter(f"{TEXT}s"))
        copies = int(cell.get(f"{TABLE}number-columns-repeated", "1")) * repeated
        scan.add_text((spaces + sum(map(len, cell.itertext()))) * copies)
        if cell.get(f"{EXTENSION}value-type") == "error":
            for number in range(before + 1, before + repeated + 1):
                scan.lost.setdefault(number, (column, ERROR_VALUE))
