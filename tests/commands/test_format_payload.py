import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]


def run(data: bytes, file: str = "-") -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "format_payload", file],
        input=data,
        capture_output=True,
        cwd=HOME,
        env={"PATH": "", "LC_ALL": "C"},
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_formatted_text_is_printed_byte_for_byte(tmp_path: Path) -> None:
    data = '{\r\n\t"a" : 1.10, "b": [1E400, -0, "\\u00e9\\/ 😀\u2028\x7f"]}\n'.encode()
    assert run(data) == (0, data, "")
    file = tmp_path / "payload.json"
    file.write_bytes(data)
    assert run(b"", str(file)) == (0, data, "")


def test_unformatted_text_is_formatted() -> None:
    assert run(b'{"a":1.10}') == (0, b'{\n  "a": 1.10\n}', "")


def test_a_duplicate_key_is_a_warning_with_both_positions() -> None:
    code, out, said = run(b'{\n"a": 1,\n"a": 2\n}')
    assert code == 0
    assert out == b'{\n"a": 1,\n"a": 2\n}'
    assert "Line 3, column 1" in said
    assert "line 2, column 1" in said


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1\n "b": 2}', 'Line 2, column 2: a comma is missing before "b".'),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"[1]", "valid JSON but not a payload"),
    ],
)
def test_an_error_has_a_message_and_a_position(data: bytes, message: str) -> None:
    code, out, said = run(data)
    assert (code, out) == (1, b"")
    assert message in said
    assert said.startswith("Line ")


def test_a_missing_file_is_named() -> None:
    code, out, said = run(b"", "missing.json")
    assert (code, out) == (1, b"")
    assert "Can't read missing.json" in said
