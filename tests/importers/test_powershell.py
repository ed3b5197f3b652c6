"""PowerShell's own request commands, and cURL called from PowerShell."""

import json

import pytest

from tests.importers import paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"


def test_invoke_rest_method_is_read_with_its_variables():
    found = paste(
        "$headers = @{ 'Authorization' = 'Bearer XYZ' }\n$body = @'\n{\"id\": 1.10}\n'@\n"
        "Invoke-RestMethod -Uri 'https://h/workflows/start' -Method Post -Headers $headers "
        "-ContentType 'application/json' -Body $body"
    )
    assert (found.operation, found.body) == ("engage", '{"id": 1.10}')
    assert dict(found.headers)["Authorization"] == "Bearer {{secret:token}}"


def test_curl_in_powershell_gets_its_quotes_unescaped():
    found = paste(
        "PS C:\\x> curl.exe -X POST https://h/workflows/start `\n  -H 'A: b' `\n"
        '  -d \'{\\"id\\": 5, \\"email\\": \\"a b\\"}\''
    )
    assert found.body == '{"id": 5, "email": "a b"}'


def test_characters_that_browsers_write_as_numbers_are_joined():
    body = '"{`"a`":`"$([char]233)$([char]55357)$([char]56832)`"}"'
    found = paste(f"Invoke-WebRequest -Uri {URL} -Method POST -Body {body}")
    assert found.body == '{"a":"é😀"}'


def test_a_table_is_serialised_by_convert_to_json():
    found = paste(
        '$body = @{ id = 5; list = @(1, $true, $null); name = "a`tb" }'
        " | ConvertTo-Json -Compress\n"
        "$headers = @{}\n$headers.Add('A', \"b $env:KEY\")\n"
        f"irm {URL} -Method Post -Headers $headers -Body $body"
    )
    assert found.body == '{"id":5,"list":[1,true,null],"name":"a\\tb"}'
    assert dict(found.headers)["A"] == "b $env:KEY"


def test_a_table_is_the_query_of_a_get_request():
    assert paste("irm https://h/a -Body @{ q = 1 }").url == "https://h/a?q=1"


def test_a_body_from_a_file_is_rejected():
    assert "body.json" in refuse(f"irm {URL} -Method Post -InFile body.json")


START = "https://mail.example.com/api/v1.1/workflows/start"
CHROME = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0"
$session.Cookies.Add((New-Object System.Net.Cookie("sid", "abc123", "/", "mail.example.com")))
Invoke-WebRequest -UseBasicParsing -Uri "https://mail.example.com/api/v1.1/workflows/start" `
-Method "POST" `
-WebSession $session `
-Headers @{
"authority"="mail.example.com"
  "accept"="*/*"
} `
-ContentType "application/json" `
-Body ([System.Text.Encoding]::UTF8.GetBytes("{`"id`":12,`"city`":`"M$([char]252)nchen`"}"))"""


def test_what_chrome_copies_for_powershell_is_read():
    found = paste(CHROME)
    assert (found.operation, found.body) == ("engage", '{"id":12,"city":"München"}')
    assert dict(found.headers) == {
        "authority": "mail.example.com",
        "accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "Mozilla/5.0",
        "Cookie": "{{secret:cookie}}",
    }
    assert not [note for note in found.notes if note.kind == "ignored"]


BODIES = {
    "an encoding in a variable": (
        "$utf8 = [System.Text.Encoding]::UTF8\n$json = '{\"id\": 5}'",
        "-Body $utf8.GetBytes($json)",
        '{"id": 5}',
    ),
    "an encoding in parentheses": ("", "-Body (([Text.Encoding]::UTF8).GetBytes('[5]'))", "[5]"),
    "GetBytes around ConvertTo-Json": (
        "",
        "-Body ([Text.Encoding]::UTF8.GetBytes((@{ a = 'ü' } | ConvertTo-Json -Compress)))",
        '{"a":"ü"}',
    ),
    "bytes in a variable": (
        '$b = [System.Text.Encoding]::UTF8.GetBytes("{`"a`":`"x`"}")',
        "-Body $b",
        '{"a":"x"}',
    ),
    "ConvertTo-Json in place": (
        "$x = @{ a = 1; b = @{ c = 'd' } }",
        "-Body ($x | ConvertTo-Json -Depth 5 -Compress)",
        '{"a":1,"b":{"c":"d"}}',
    ),
    "ConvertTo-Json of an argument": (
        "$x = [ordered]@{ a = [int]1; b = 1,2; c = @('d') }",
        "-Body (ConvertTo-Json -InputObject $x -Compress)",
        '{"a":1,"b":[1,2],"c":["d"]}',
    ),
    "a here-string with variables": (
        '$id = 5\n$b = @"\n{"id": $id, "n": "$name", "m": "$($x.y)"}\n"@',
        "-Body $b",
        '{"id": 5, "n": "$name", "m": "$($x.y)"}',
    ),
    "a here-string without": ("", '-Body @\'\n{"id": "$x `n"}\n\'@', '{"id": "$x `n"}'),
    "an escaped variable": ('$x = "1"', '-Body "{`"a`": `"`$x`"}"', '{"a": "$x"}'),
    "a variable in single quotes": ('$x = "1"', '-Body \'{"a": "$x"}\'', '{"a": "$x"}'),
    "texts added": ("$x = 'b'", "-Body ('{\"a\":\"' + $x + '\"}')", '{"a":"b"}'),
    "texts added later": ("$x = '{\"a\":'\n$x += '5}'", "-Body $x", '{"a":5}'),
    "a format": ("", "-Body ('{{\"a\":{0}}}' -f 5)", '{"a":5}'),
    "typographic quotes and dashes": ("", '–Body ‘{"a": 5}’', '{"a": 5}'),
    "lines without a backtick": ("", "\n  -TimeoutSec 5\n  -Body '{}'", "{}"),
    "a blank after the backtick": ("", "` \n  -Body '{}'", "{}"),
}


@pytest.mark.parametrize(("before", "arguments", "body"), BODIES.values(), ids=BODIES)
def test_the_body_is_the_one_that_powershell_sends(before, arguments, body):
    found = paste(f"{before}\nInvoke-RestMethod -Uri {START} -Method Post {arguments}")
    assert (found.operation, found.method, found.body) == ("engage", "POST", body)
    assert not [note for note in found.notes if note.code in ("unread-part", "left-out")]


@pytest.mark.parametrize("name", ["lines without a backtick", "a blank after the backtick"])
def test_joined_lines_are_reported(name):
    found = paste(f"irm -Uri {START} -Method Post {BODIES[name][1]}")
    message = "Line 1: Joined with the next line, which continues the command."
    assert message in [note.message for note in found.notes]


def test_a_switch_takes_no_value():
    found = paste(f"irm -SkipCertificateCheck {START} -Method Post -Body '{{}}'")
    assert found.url == START
    assert "Left out -SkipCertificateCheck." in [note.message for note in found.notes]


def test_splatting_gives_the_parameters_of_a_table():
    found = paste(
        f"$params = @{{\n  Uri = '{START}'\n  Method = 'POST'\n  ContentType = 'text/x'\n"
        "  Body = (@{ id = 12; at = (Get-Date).ToString('s') } | ConvertTo-Json -Compress)\n}\n"
        "$params.Headers = @{ A = 'b' }\n$params['ContentType'] = 'application/json'\n"
        "Invoke-RestMethod @params -TimeoutSec 5"
    )
    assert (found.operation, found.body) == ("engage", '{"id":12,"at":"{{Get_Date}}"}')
    assert dict(found.headers) == {"A": "b", "Content-Type": "application/json"}


def test_a_value_piped_to_the_command_is_its_body():
    for pipe in ("|", "|\n  "):
        found = paste(f"@{{ a = 1 }} | ConvertTo-Json -Compress {pipe} irm {START} -Method Post")
        assert found.body == '{"a":1}'


def test_a_pipe_inside_brackets_that_never_close_ends():
    assert refuse("@{a=1} | Conver[[To-Json | irm https://h/x -Method Post").endswith(".")


def test_the_fields_of_a_form_become_the_document():
    found = paste(f"irm {START} -Method Post -Form @{{ id = 12; email = 'a@b' }}")
    assert json.loads(found.document) == {"id": "12", "email": "a@b"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("-Body (Get-Content -Raw body.json)", "is in the file body.json"),
        ("-Body ([IO.File]::ReadAllText('c:\\b.json'))", "is in the file c:\\b.json"),
        ("-Form @{ f = Get-Item x.png }", "is in the file x.png"),
        ("-InFile body.json", "is in the file body.json"),
        ('-Body \'{"id": 1', "The ' in line 1 is never closed"),
        ('-Body "{`"id`": 1', 'The " in line 1 is never closed'),
        ('-Body @\'\n{"id": 1}', "The @' in line 1 is never closed"),
        ("-Body (@{ id = 1", "ends inside"),
        ('-Headers @{ A = "b`nc" }', "The header A has a line break"),
    ],
)
def test_a_command_that_would_lose_a_part_is_refused(arguments, says):
    assert says in refuse(f"irm {START} -Method Post {arguments}")


def test_omissions_are_reported():
    found = paste(f'irm {START} @x -Method Post -Headers $h -Proxy http://p -Body "{{`"a`": $b}}"')
    assert [
        note.message for note in found.notes if note.code in ("unread-part", "shell-value")
    ] == [
        "Left out the parameters @x.",
        "Left out -Proxy.",
        "Left out the headers {{h}}, which come from elsewhere.",
        "$b is only set where the command runs. It was kept as typed: replace it.",
    ]


def test_curl_with_parameters_of_powershell_is_its_own_command():
    found = paste(f"curl {START} -Method POST -Body '{{\"id\":1}}'")
    assert (found.kind, found.operation, found.body) == ("powershell", "engage", '{"id":1}')
