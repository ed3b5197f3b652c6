"""Bytes of a pasted or dropped file to text: UTF-8, or UTF-16 where its mark says so."""

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_pasted(data: bytes) -> str | None:
    """The text; None when the bytes are no text in those encodings."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
