"""Command lines: prompts, the shell they are for, and the words of Windows programs."""

import pytest

from playground.importers.cmd import split_arguments, split_cmd_commands
from playground.importers.command_lines import detect_shell, find_start, strip_prompts
from playground.importers.spans import TracedText


@pytest.mark.parametrize(
    "prompt", ["$ ", "% ", "me@host:~/x$ ", "[me@host x]# ", "(venv) $ ", "PS C:\\x> ", "C:\\x>"]
)
def test_prompts_before_a_command_are_removed(prompt):
    assert strip_prompts(TracedText(f"{prompt}curl https://h/x")).text == "curl https://h/x"


def test_continuation_prompts_are_removed_with_the_prompt():
    assert strip_prompts(TracedText("$ curl x \\\n> -d 1")).text == "curl x \\\n-d 1"
    assert strip_prompts(TracedText("> a quotation")).text == "> a quotation"


@pytest.mark.parametrize(
    ("text", "shell"),
    [
        ("curl https://h/x \\\n  -d '{}'", "bash"),
        ('curl "https://h/x" ^\n  -d "{}"', "cmd"),
        ('curl "https://h/x" -d "{""a"": 1}"', "cmd"),
        ("curl.exe https://h/x `\n  -d '{}'", "powershell"),
        ("$body = '{}'\ncurl.exe https://h/x -d $body", "powershell"),
        ("curl https://h/x -d `cat x`", "bash"),
    ],
)
def test_the_shell_is_detected(text, shell):
    assert detect_shell(text) == shell


def test_prose_before_a_command_is_skipped_but_not_its_setup():
    assert find_start("Run this:\ncurl https://h/x") == len("Run this:\n")
    assert find_start("KEY=1\ncurl https://h/x") == 0
    assert find_start("Run:\nKEY=1\ncurl https://h/x") == len("Run:\n")


# The examples of "Parsing C command-line arguments" in the documentation of Microsoft.
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r'"abc" d e', ["abc", "d", "e"]),
        (r'a\\b d"e f"g h', [r"a\\b", "de fg", "h"]),
        (r"a\\\"b c d", [r"a\"b", "c", "d"]),
        (r'a\\\\"b c" d e', [r"a\\b c", "d", "e"]),
        (r'a"b"" c d', ['ab" c d']),
    ],
)
def test_words_are_split_as_the_c_run_time_does(line, words):
    assert split_arguments(line)[0] == words


def test_carets_of_cmd_are_resolved():
    commands = split_cmd_commands('curl ^\n  -d ^"a^&b^"  & echo x\ncurl y')
    assert [each.words for each in commands] == [
        ["curl", "-d", "a&b"],
        ["curl", "y"],
    ]
    assert commands[0].rest == "& echo x"
