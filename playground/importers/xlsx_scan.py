"""Excel sheets looked through before calamine reads them."""

from __future__ import annotations

import posixpath
import re
import zipfile
from array import array
from collections.abc import Sequence
from typing import IO, BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from playground.importers.workbook_archive import (
    ERROR_VALUE,
    NO_VALUE,
    SheetScan,
    open_archive,
)

BOOK, STRINGS = "xl/workbook.xml", "xl/sharedstrings.xml"
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# Of the number of a shared text; a formula's value only matters as being there.
MOST_DIGITS = 20


def scan_xlsx(file: BinaryIO, name: str) -> SheetScan:
    """What is in a sheet of an Excel workbook. Raises InvalidTable."""
    with open_archive(file) as archive:
        path = _find_sheet(archive, name)
        # calamine ignores the case of the names of parts.
        parts = {each.lower(): each for each in archive.namelist()}
        lengths = array("L")
        if strings := parts.get(STRINGS):
            with archive.open(strings) as opened:
                lengths = _measure_strings(opened)
        scanner = _SheetScanner(lengths)
        with archive.open(parts[path.lower()]) as opened:
            scanner.parser.ParseFile(opened)
    return scanner.scan


def _find_sheet(archive: zipfile.ZipFile, name: str) -> str:
    """The part of a sheet, in the same way in which calamine finds it."""
    root = ElementTree.fromstring(archive.read("_rels/.rels"))
    books = [each for each in root if each.get("Type", "").endswith("/officeDocument")]
    if [each.get("Target", "").removeprefix("/") for each in books] != [BOOK]:
        raise KeyError(BOOK)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): each.get("Target", "") for each in links}
    for sheet in ElementTree.fromstring(archive.read(BOOK)).iter():
        if sheet.tag.rpartition("}")[2] == "sheet" and sheet.get("name") == name:
            link = next((each for key, each in sheet.items() if key.endswith("}id")), "")
            path = posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))[1:]
            # Only parts with this suffix have been measured.
            if path.lower().endswith(".xml"):
                return path
    raise KeyError(name)


def _measure_strings(stream: IO[bytes]) -> array[int]:
    """The lengths of the texts that cells share, by their number."""
    lengths = array("L")
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            lengths.append(0)

    def add(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser.StartElementHandler, parser.CharacterDataHandler = start, add
    parser.ParseFile(stream)
    return lengths


class _SheetScanner:
    """Looks at each cell of an Excel sheet; a tree of its elements would take twice as long."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.scan = SheetScan()
        self.lengths = lengths
        self.row = self.column = 0
        self.type = ""
        self.value = ""
        self.is_filled = self.has_formula = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.is_filled = self.has_formula = False
            self.value = ""
            place = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = column_number(place[1]) if place else self.column + 1
            self.row = int(place[2]) if place else self.row
            self.type = attributes.get("t", "")
        elif name == "row":
            self.row, self.column = int(attributes.get("r") or self.row + 1), 0
        else:
            self.is_filled = True
            if name == "f":
                self.has_formula = True
            elif name == "v" and (self.has_formula or self.type == "s"):
                self.parser.CharacterDataHandler = self._add_value

    def _add_value(self, text: str) -> None:
        self.value += text[:MOST_DIGITS]

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] != "c":
            return
        self.parser.CharacterDataHandler = None
        if not self.is_filled:
            return
        self.scan.add(self.row, self.column)
        place = (self.column, ERROR_VALUE if self.type == "e" else NO_VALUE)
        # Where a formula was never calculated, there may be an empty value.
        if self.type == "e" or (self.has_formula and not self.value and self.type != "str"):
            self.scan.lost.setdefault(self.row, place)
        if self.type == "s" and self.value.strip().isdecimal():
            index = int(self.value)
            self.scan.add_text(self.lengths[index] if index < len(self.lengths) else 0)


def column_letters(number: int) -> str:
    """The letters of a column by its number from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column from 1: A, B, …, Z, AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
