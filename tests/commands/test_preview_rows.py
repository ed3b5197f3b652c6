"""`manage.py preview_rows`: a JSON object for each row or problem, and the exit status."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.importers.workbooks import make_sheet, make_xlsx, number, text

HOME = Path(__file__).resolve().parent.parent.parent


def preview(tmp_path: Path, content: bytes, *options: str, name: str = "rows.csv") -> Any:
    """The exit status, the objects printed, and the text of standard error."""
    file = tmp_path / name
    file.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    try:
        call_command("preview_rows", str(file), *options, stdout=out, stderr=err)
    except SystemExit as end:
        status = end.code
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_each_row_is_an_object(tmp_path: Path) -> None:
    assert preview(tmp_path, "name,city\nAda,Köln\nBob\n".encode()) == (
        0,
        [
            {"line": 2, "row": {"name": "Ada", "city": "Köln"}},
            {"line": 3, "row": {"name": "Bob", "city": None}},
        ],
        "Fewer cells than columns in line 3.\n",
    )


def test_a_problem_is_an_object_and_status_1(tmp_path: Path) -> None:
    status, objects, errors = preview(tmp_path, b"name,city\nAda,x,y\nBob,z\n")
    assert status == 1
    assert objects == [
        {
            "line": 2,
            "column": 3,
            "problem": "Line 2 has more cells than there are columns: 3 instead of 2. "
            "Quote values that contain separators.",
        },
        {"line": 3, "row": {"name": "Bob", "city": "z"}},
    ]
    assert errors == ""


def test_a_file_that_is_no_table_is_one_problem(tmp_path: Path) -> None:
    problem = {"line": None, "column": None, "problem": "The table is empty."}
    assert preview(tmp_path, b"") == (1, [problem], "")
    repeated = "Line 1: two columns are named a (1 and 2). Rename or remove one."
    problem = {"line": 1, "column": 2, "problem": repeated}
    assert preview(tmp_path, b"a,a\n1,2\n") == (1, [problem], "")


@pytest.mark.parametrize("name", ["tab", "\\t", "\t"])
def test_a_tab_has_several_spellings(tmp_path: Path, name: str) -> None:
    status, objects, _ = preview(tmp_path, b"a;b\tc\n1;2\t3\n", "--delimiter", name)
    assert (status, objects) == (0, [{"line": 2, "row": {"a;b": "1;2", "c": "3"}}])


def test_encoding_and_header_can_be_chosen(tmp_path: Path) -> None:
    content = "ż;1\n".encode("cp1250")
    options = ("--encoding", "cp1250", "--no-header", "--delimiter", "none")
    status, objects, errors = preview(tmp_path, content, *options)
    assert (status, objects, errors) == (0, [{"line": 1, "row": {"Column 1": "ż;1"}}], "")


def test_a_sheet_can_be_chosen(tmp_path: Path) -> None:
    one, two = (make_sheet([text(name)], [number("1.50")]) for name in ("one", "two"))
    content = make_xlsx(One=one, Two=two)
    assert preview(tmp_path, content)[:2] == (0, [{"line": 2, "row": {"one": "1.5"}}])
    chosen = preview(tmp_path, content, "--sheet", "Two")
    assert chosen[:2] == (0, [{"line": 2, "row": {"two": "1.5"}}])
    wrong = preview(tmp_path, content, "--sheet", "Three")
    assert wrong == (1, [], "There is no sheet 'Three'. The sheets are: One, Two.\n")


def test_values_of_json_keep_their_tokens(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'{"a": 1.10, "b": "1.10"}\n{"b": [1e400]}\n')
    out = io.StringIO()
    call_command("preview_rows", str(file), stdout=out)
    assert out.getvalue().splitlines() == [
        '{"line": 1, "row": {"a": 1.10, "b": "1.10"}}',
        '{"line": 2, "row": {"a": null, "b": [1e400]}}',
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--delimiter", "ab"],
         "A delimiter is one character other than a quote or a line break, not 'ab'.\n"),
        (["--encoding", "klingon"], "There is no encoding 'klingon'.\n"),
        (["--sheet", "One"], "Only a workbook has sheets. Leave out the sheet.\n"),
    ],
)  # fmt: skip
def test_an_option_that_is_not_valid_is_a_sentence(
    tmp_path: Path, options: list[str], message: str
) -> None:
    assert preview(tmp_path, b"a,b\n1,2\n", *options) == (1, [], message)


def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no.csv", "No such file"), (tmp_path, "Is a directory")):
        err = io.StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("preview_rows", str(path), stderr=err)
        assert end.value.code == 1
        assert err.getvalue().startswith(f"Can't read {path}: {reason}")


def run_preview(content: bytes, *options: str, lines: int | None = None) -> tuple[Any, bytes]:
    command = [sys.executable, "manage.py", "preview_rows", *options]
    if lines is None:
        done = subprocess.run(command, input=content, capture_output=True, cwd=HOME, check=False)
        return done.returncode, done.stdout + done.stderr
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME
    ) as started:
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdin.write(content)
        started.stdin.close()
        found = b"".join(started.stdout.readline() for _ in range(lines))
        started.stdout.close()
        return found, started.stderr.read()


def test_standard_input_is_read_and_a_closed_pipe_has_no_trace() -> None:
    content = "n,é\n".encode() + b"1,2\n" * 100_000
    status, output = run_preview(content[:9], "-")
    assert (status, output.decode()) == (0, '{"line": 2, "row": {"n": "1", "é": "2"}}\n')
    assert run_preview(content, "-", lines=1) == (
        '{"line": 2, "row": {"n": "1", "é": "2"}}\n'.encode(),
        b"",
    )
