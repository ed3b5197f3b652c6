"""cURL commands of every shell send the same as cURL would."""

import base64

import pytest

from tests.importers import paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"


def test_it_reads_a_command_over_many_lines_with_a_prompt():
    found = paste(
        f"$ curl -sSLX POST '{URL}' \\\n  -H 'Authorization: x-api-key K1' \\\n"
        '  -H \'x-project-id: p\' --data-raw $\'{"job_name": "it\\\'s \\u00e9", "n": 1.10}\' | jq .'
    )
    assert (found.operation, found.method, found.url) == ("launch", "POST", URL)
    assert found.path_values == {"workflow_uid": "w-1"}
    assert found.body == '{"job_name": "it\'s é", "n": 1.10}'
    assert dict(found.headers)["Authorization"] == "x-api-key {{secret:api_key}}"
    assert found.credentials[0].value == "K1"
    assert any("jq" in note.message for note in found.notes)


@pytest.mark.parametrize(
    ("options", "method", "body", "kind"),
    [
        ("-d a=1 -d 'b=2'", "POST", "a=1&b=2", "application/x-www-form-urlencoded"),
        ("--json '{\"a\":1}'", "POST", '{"a":1}', "application/json"),
        ("--json '{\"a\":1}' --json ' '", "POST", '{"a":1} ', "application/json"),
        ("--data-raw @x -H 'Content-Type: text/x'", "POST", "@x", "text/x"),
        ("--data={} -X PUT", "PUT", "{}", "application/x-www-form-urlencoded"),
        ("--data-urlencode 'q=b c+é~'", "POST", "q=b+c%2B%C3%A9~", None),
        ("--data-urlencode '=x y' --data-urlencode 'p z'", "POST", "x+y&p+z", None),
        ("-d '' -H 'Content-Type:'", "POST", "", "absent"),
    ],
)
def test_it_works_out_the_body_as_curl_does(options, method, body, kind):
    found = paste(f"curl https://h/x {options}")
    assert (found.method, found.body) == (method, body)
    if kind:
        assert dict(found.headers).get("Content-Type", "absent") == kind


def test_data_goes_into_the_address_with_get():
    found = paste("curl -G 'https://h/x?z=1' -d a=1 --url-query b=2")
    assert (found.method, found.body) == ("GET", None)
    assert found.url == "https://h/x?z=1&b=2&a=1"


def test_it_takes_logins_cookies_and_agents():
    found = paste("curl https://h/ -u me:pw -b 'a=b; c=d' -A agent -e https://r/ -k -o out.txt")
    headers = dict(found.headers)
    assert headers["Authorization"] == "Basic {{secret:basic}}"
    assert headers["Cookie"] == "{{secret:cookie}}"
    assert (headers["User-Agent"], headers["Referer"]) == ("agent", "https://r/")
    values = {each.name: each.value for each in found.credentials}
    assert base64.b64decode(values["basic"]) == b"me:pw"
    assert "pw" not in str(found.headers)


@pytest.mark.parametrize(
    "command",
    [
        "curl https://h/x -d @body.json",
        "curl https://h/x --data-binary @/etc/passwd",
        "curl https://h/x -T file",
        "cat body | curl https://h/x -d @-",
    ],
)
def test_it_refuses_a_body_that_is_a_file(command):
    assert "never r" in refuse(command)


def test_it_reads_a_here_document_and_a_literal_echo():
    assert paste('curl https://h/x --json @- <<\'EOF\'\n{"a": "$B"}\nEOF\n').body == '{"a": "$B"}\n'
    assert paste("echo '{\"a\":1}' | curl https://h/x -d @-").body == '{"a":1}'


def test_a_shell_variable_stays_and_is_said():
    found = paste('curl https://h/x -H "Authorization: Bearer $TOKEN" -d "{}"')
    assert dict(found.headers)["Authorization"] == "Bearer $TOKEN"
    assert not found.credentials
    assert any("$TOKEN" in note.message for note in found.notes)


def test_an_assigned_variable_is_filled_in():
    found = paste('TOKEN=abc\ncurl https://h/x -H "Authorization: Bearer $TOKEN"')
    assert found.credentials[0].value == "abc"


def test_nothing_is_run():
    found = paste('curl https://h/x -d "$(touch /tmp/should-not-be) `id`"')
    assert found.body == "$(touch /tmp/should-not-be) `id`"


def test_it_reads_what_chrome_copies_for_cmd():
    found = paste(
        'curl ^"https://h/api/v1.1/workflows/start^" ^\r\n  -H ^"content-type: application/json^" '
        '^\r\n  --data-raw ^"^{^\\^"id^\\^":12,^\\^"email^\\^":^\\^"a^%^b^&c^\\^"^}^"'
    )
    assert found.body == '{"id":12,"email":"a%b&c"}'
    assert found.operation == "engage"


@pytest.mark.parametrize(
    "inner", ['{\\"id\\": 5, \\"email\\": \\"a b\\"}', '{""id"": 5, ""email"": ""a b""}']
)
def test_it_reads_both_kinds_of_quotes_of_windows(inner):
    text = f'C:\\Users\\me> curl -X POST "http://h/workflows/start" -d "{inner}"'
    assert paste(text).body == '{"id": 5, "email": "a b"}'


def test_it_reads_curl_in_powershell():
    found = paste(
        "PS C:\\x> curl.exe -X POST https://h/workflows/start `\n  -H 'A: b' `\n"
        '  -d \'{\\"id\\": 5, \\"email\\": \\"a b\\"}\''
    )
    assert found.body == '{"id": 5, "email": "a b"}'


def test_it_reads_invoke_rest_method():
    found = paste(
        "$headers = @{ 'Authorization' = 'Bearer XYZ' }\n$body = @'\n{\"id\": 1.10}\n'@\n"
        "Invoke-RestMethod -Uri 'https://h/workflows/start' -Method Post -Headers $headers "
        "-ContentType 'application/json' -Body $body"
    )
    assert (found.operation, found.body) == ("engage", '{"id": 1.10}')
    assert dict(found.headers)["Authorization"] == "Bearer {{secret:token}}"


def test_the_first_fitting_command_is_taken():
    found = paste(f"curl https://h/other ;\ncurl {URL} -d '{{}}'\n")
    assert found.operation == "launch"
    assert any("https://h/other" in note.message for note in found.notes)


def test_a_shell_s_own_backticks_at_the_end_are_no_line_end_of_powershell():
    found = paste("curl https://h/a -d `cat x.json`")
    said = [each.message for each in found.notes]
    assert said[0] == "A cURL command for bash."
    assert not any("second address" in each for each in said)
