"""The format of a file with a table: workbook, JSON or delimited text, or none of these."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import BinaryIO

from playground.importers.tables import (
    CSV,
    FORMATS,
    JSON,
    JSON_LINES,
    ODS,
    WORKBOOKS,
    XLSX,
    InvalidReading,
    InvalidTable,
)

ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
ZIP = b"PK\x03\x04"
# The container of Excel workbooks before 2007, and of protected ones of any age.
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The first bytes of files that people choose by mistake.
OTHERS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a picture, a sound or a video",
    b"BM": "a BMP picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"%PDF": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"PK\x05\x06": "an empty ZIP archive",
}
# Text that is also the beginning of an ordinary table.
SHORT = (b"BM", b"MZ", b"RIFF", b"PAR1", b"GIF8", b"BZh", b"Rar!")
# After the size of its part: HEIC and AVIF pictures, MP4 and QuickTime videos.
MEDIA = b"ftyp"
MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|html|table)\b", re.IGNORECASE)
JSON_ROW = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*(?:\"|\})")
JSON_LIST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:\{|\])")
EXTENSIONS = {
    ".csv": CSV,
    ".tsv": CSV,
    ".tab": CSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".json": JSON,
}
# Control characters that text has hardly ever; UTF-16 and UTF-32 have zeros.
CONTROL = bytes([*range(1, 9), *range(14, 27), 127])
FEW_CONTROL, MOST_CONTROL = 4, 0.05
HEAD = 1 << 16


def recognise_format(file: BinaryIO, name: str, chosen: str | None = None) -> str:
    """The format of a file, by its content more than by its name. Raises InvalidTable."""
    if chosen is not None and chosen not in FORMATS:
        message = f"There is no format {chosen!r:.40}. The formats are: {', '.join(FORMATS)}."
        raise InvalidReading(message, "format")
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise InvalidTable("The table is empty.", "empty")
    found = _recognise_binary(file, head)
    if found in WORKBOOKS:
        if chosen not in (None, found):
            raise InvalidReading(f"The file is a workbook (.{found}), not {chosen}.", "format")
        return found
    if chosen in WORKBOOKS:
        raise InvalidReading(f"The file isn't a workbook (.{chosen}).", "format")
    return chosen or _recognise_text(head, name)


def _recognise_binary(file: BinaryIO, head: bytes) -> str:
    if head.startswith(ZIP):
        return _recognise_archive(file)
    if head.startswith(OLE):
        message = "This is an old Excel workbook (.xls). Save it as .xlsx or CSV first."
        if ENCRYPTED in head or ENCRYPTED in _read_end(file):
            message = "The workbook is protected with a password. Save a copy without it."
        raise InvalidTable(message, "old-workbook" if "old" in message else "protected")
    is_binary = b"\0" in head[:1000] or not head[:1000].isascii()
    for start, what in OTHERS.items():
        if head.startswith(start) and (start not in SHORT or is_binary):
            raise InvalidTable(f"This is {what}, not a table.", "other-format")
    if head[4:8] == MEDIA:
        raise InvalidTable("This is a picture, a sound or a video, not a table.", "other-format")
    if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        message = "This is XML or HTML, not a table. Save it as CSV or .xlsx first."
        raise InvalidTable(message, "other-format")
    control = len(head) - len(head.translate(None, CONTROL))
    if control > max(MOST_CONTROL * len(head), FEW_CONTROL):
        raise InvalidTable("This isn't a text file or a workbook.", "binary")
    return ""


def _recognise_archive(file: BinaryIO) -> str:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return XLSX
            if "mimetype" in names and archive.read("mimetype")[:200].startswith(ODS_TYPE):
                return ODS
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError):
        message = "This is a damaged workbook or ZIP archive. Save or download it again."
        raise InvalidTable(message, "damaged") from None
    message = "This is a ZIP archive, not a table. Unpack it first."
    if "xl/workbook.bin" in names:
        message = "This is an Excel workbook (.xlsb). Save it as .xlsx or CSV first."
    elif "word/document.xml" in names:
        message = "This is a Word document, not a table."
    raise InvalidTable(message, "other-format")


def _read_end(file: BinaryIO) -> bytes:
    """The rest of the directory of an old workbook, which may be at its end."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - HEAD))
    return file.read(HEAD)


def _recognise_text(head: bytes, name: str) -> str:
    by_name = EXTENSIONS.get(PurePath(name.lower()).suffix)
    if by_name in (CSV, JSON_LINES):
        return by_name
    if JSON_LIST.match(head):
        return JSON
    if JSON_ROW.match(head):
        # A row on several lines is JSON, too, but no JSON Lines.
        first = head.lstrip().splitlines()[0].rstrip()
        return JSON_LINES if first.endswith(b"}") or len(head) == HEAD else JSON
    return by_name or CSV
