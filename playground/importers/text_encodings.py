"""The encoding of a text file: marked, UTF-8, UTF-16 without a mark, or assumed.

The whole file is decoded once, a block at a time: an accent in the last of a million rows decides
as much as one in the first.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from charset_normalizer import from_bytes

from playground.importers.tables import InvalidReading, InvalidTable
from playground.importers.values import Note, note_understood

BLOCK = 1 << 18
LINE_BREAK = re.compile(r"\r\n|\r|\n")
# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
# The encoding of Excel's plain "CSV", on most Windows computers.
FALLBACK = "cp1252"
# Too much alike to tell apart by a few names: these are read as the fallback.
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp850")
OTHERS = ("cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "mac_roman")
EAST_ASIAN = ("cp932", "euc_jp", "gb18030", "big5", "euc_kr")
CANDIDATES = [*LATIN, *OTHERS, *EAST_ASIAN]
MOST_SAMPLE = 1 << 16
# Below this much of its language, charset-normalizer guesses from nearly nothing.
LEAST_COHERENCE = 0.2
# Of the bytes of a text in UTF-16, most of whose characters are ASCII.
MANY_ZEROS = 0.25


def recognise_encoding(file: BinaryIO) -> tuple[str, Note | None]:
    """The encoding of a file, and a note if it is only assumed. Raises InvalidTable."""
    file.seek(0)
    head = file.read(BLOCK)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            if (offset := find_invalid_byte(file, encoding)) is None:
                return encoding, None
            name = NAMES[encoding]
            line = line_of_byte(file, encoding, offset)
            raise InvalidTable(
                f"The file is marked as {name}, but isn't valid {name} in line {line}. "
                "Save it as UTF-8.",
                "encoding",
                line=line,
            )
    if (wide := _recognise_wide(head)) and find_invalid_byte(file, wide) is None:
        message = "The file has no byte-order mark, and was read as UTF-16."
        return wide, note_understood("assumed-encoding", message)
    offset = find_invalid_byte(file, "utf-8")
    if offset is None:
        return "utf-8", None
    for assumed in (_guess(_sample(file, offset)), FALLBACK):
        if assumed and find_invalid_byte(file, assumed) is None:
            message = "The file isn't UTF-8, so it was read as {name}."
            return assumed, note_understood("assumed-encoding", message, name=NAMES[assumed])
    line = line_of_byte(file, "utf-8", offset)
    raise InvalidTable(
        f"Line {line}: the file is neither UTF-8 nor Windows-1252 text. Save it as UTF-8.",
        "encoding",
        line=line,
    )


def check_encoding(file: BinaryIO, encoding: str) -> str:
    """The encoding that somebody chose, with its byte order.

    Raises InvalidReading unless the whole file is in that encoding.
    """
    try:
        # Rejects codecs that aren't for text, such as `hex`.
        b"".decode(encoding)
        found = codecs.lookup(encoding).name
        file.seek(0)
        if found == "utf-16" and not (head := file.read(BLOCK)).startswith(UTF_16_MARKS):
            found = _recognise_wide(head) or "utf-16-le"
        offset = find_invalid_byte(file, found)
    except (LookupError, ValueError):
        raise InvalidReading(f"There is no encoding {encoding!r:.40}.", "encoding") from None
    if offset is not None:
        line = line_of_byte(file, found, offset)
        message = f"Line {line} isn't valid {encoding:.40}. Choose another encoding."
        raise InvalidReading(message, "encoding", line=line)
    return found


def find_invalid_byte(file: BinaryIO, encoding: str) -> int | None:
    """The offset of the first byte that isn't valid in an encoding; None if all are."""
    decoder = _make_decoder(encoding, "strict")
    file.seek(0)
    done = 0
    while True:
        block = file.read(BLOCK)
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return done - kept + error.start
        except UnicodeError:  # such as UTF-32 without a byte-order mark
            return done
        if not block:
            return None
        done += len(block)


def _make_decoder(encoding: str, errors: str) -> codecs.IncrementalDecoder:
    # The one with a byte-order mark counts from after it.
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    return codecs.getincrementaldecoder(encoding)(errors)


def line_of_byte(file: BinaryIO, encoding: str, offset: int) -> int:
    """The line of a byte, from 1, in a file that is valid before it."""
    decoder = _make_decoder(encoding, "replace")
    line, is_after_return = 1, False
    for block in _read_until(file, offset):
        text = decoder.decode(block)
        if not text:
            continue
        # A line end may lie across two blocks.
        line += len(LINE_BREAK.findall(text)) - (is_after_return and text[0] == "\n")
        is_after_return = text[-1] == "\r"
    return line


def _read_until(file: BinaryIO, offset: int) -> Iterator[bytes]:
    file.seek(0)
    while offset > 0 and (block := file.read(min(BLOCK, offset))):
        yield block
        offset -= len(block)


def _recognise_wide(head: bytes) -> str | None:
    """UTF-16 without a byte-order mark, by the zeros in its ASCII characters and line ends."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    ends = head.count(b"\n") + head.count(b"\r")
    wide_ends = sum(head.count(each.encode(encoding)) for each in "\n\r")
    # A text of one line has no line end to look at.
    is_wide = wide_ends * 10 > ends * 9 if ends else even + odd > MANY_ZEROS * len(head)
    return encoding if is_wide else None


def _sample(file: BinaryIO, offset: int) -> bytes:
    """Lines with characters other than ASCII, from the one at an offset on."""
    start = max(0, offset - 1000)
    file.seek(start)
    content = file.read(BLOCK)
    # A character of several bytes must not be cut: no line end is a part of one.
    before = max(content.rfind(mark, 0, offset - start) for mark in (b"\n", b"\r"))
    lines = content[before + 1 :].splitlines()
    return b"\n".join(each for each in lines if not each.isascii())[:MOST_SAMPLE]


def _guess(sample: bytes) -> str | None:
    """An encoding of another alphabet, if the sample leaves little doubt."""
    matches = from_bytes(sample, cp_isolation=CANDIDATES)
    found = matches.best()
    if found is None or found.encoding in LATIN:
        return None
    is_latin = any(each.encoding in LATIN for each in matches)
    return found.encoding if found.coherence >= LEAST_COHERENCE or not is_latin else None
