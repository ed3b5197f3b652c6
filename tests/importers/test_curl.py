"""cURL commands for every shell are read as the shell and cURL would."""

import base64
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from shutil import which

import pytest

from tests.importers import paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"


def test_a_command_over_many_lines_with_a_prompt_is_read():
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
def test_the_body_is_the_one_that_curl_builds(options, method, body, kind):
    found = paste(f"curl https://h/x {options}")
    assert (found.method, found.body) == (method, body)
    if kind:
        assert dict(found.headers).get("Content-Type", "absent") == kind


def test_get_moves_data_to_the_query():
    found = paste("curl -G 'https://h/x?z=1' -d a=1 --url-query b=2")
    assert (found.method, found.body) == ("GET", None)
    assert found.url == "https://h/x?z=1&b=2&a=1"


def test_logins_cookies_and_agents_become_headers():
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
def test_a_body_in_a_file_is_rejected(command):
    assert "never r" in refuse(command)


def test_a_here_document_and_a_literal_echo_are_the_body():
    assert paste('curl https://h/x --json @- <<\'EOF\'\n{"a": "$B"}\nEOF\n').body == '{"a": "$B"}\n'
    assert paste("echo '{\"a\":1}' | curl https://h/x -d @-").body == '{"a":1}'


def test_an_unknown_variable_stays_as_typed_and_is_noted():
    found = paste('curl https://h/x -H "Authorization: Bearer $TOKEN" -d "{}"')
    assert dict(found.headers)["Authorization"] == "Bearer $TOKEN"
    assert not found.credentials
    assert any("$TOKEN" in note.message for note in found.notes)


def test_an_assigned_variable_is_filled_in():
    found = paste('TOKEN=abc\ncurl https://h/x -H "Authorization: Bearer $TOKEN"')
    assert found.credentials[0].value == "abc"


def test_substitutions_are_not_run():
    found = paste('curl https://h/x -d "$(touch /tmp/should-not-be) `id`"')
    assert found.body == "$(touch /tmp/should-not-be) `id`"


def test_what_chrome_copies_for_cmd_is_read():
    found = paste(
        'curl ^"https://h/api/v1.1/workflows/start^" ^\r\n  -H ^"content-type: application/json^" '
        '^\r\n  --data-raw ^"^{^\\^"id^\\^":12,^\\^"email^\\^":^\\^"a^%^b^&c^\\^"^}^"'
    )
    assert found.body == '{"id":12,"email":"a%b&c"}'
    assert found.operation == "engage"


@pytest.mark.parametrize(
    "inner", ['{\\"id\\": 5, \\"email\\": \\"a b\\"}', '{""id"": 5, ""email"": ""a b""}']
)
def test_both_ways_to_escape_quotes_on_windows_are_read(inner):
    text = f'C:\\Users\\me> curl -X POST "http://h/workflows/start" -d "{inner}"'
    assert paste(text).body == '{"id": 5, "email": "a b"}'


def test_backticks_at_the_end_of_a_bash_command_are_not_taken_for_powershell():
    found = paste("curl https://h/a -d `cat x.json`")
    said = [each.message for each in found.notes]
    assert said[0] == "A cURL command for bash."
    assert not any("second URL" in each for each in said)


COMMANDS = [
    "curl U -d '' -d y=2",
    "curl U -d x=1 -d '' -d z",
    "curl U --json '{\"a\":' --json '1}'",
    "curl U -H 'K;' -H 'Accept:' -d '{}'",
    "curl -G U -d a=1 --data-urlencode 'q=e &'",
    "curl U --data-urlencode 'a b=c d' --data-urlencode '=x y' --data-urlencode 'just ~-._*'",
    r"""curl U -d $'{"a":"it\'s \u00e9 \x41 \101 \cA"}'""",
    r"""curl U -d "{\"a\":\"b \\ c\"}" """,
    'curl U -d "$(cat <<\'E\'\n{"a": "$X",\n"b": 1}\nE\n)"',
    'X=5\ncurl U --data-binary @- <<E\n{"a": "$X", "b": "\\$X \\\\ \\n"}\nE',
    'curl U -d "${UNSET_NAME:-5}"',
    "if true; then curl U -d 1; fi",
    "curl U \\\n  -X PUT \\\n  --data-raw '{\n \"a\": 1\n}'",
    "echo '{\"a\":1}' | curl U -d @-",
    "curl U -d one --next U -d two",
    "curl --url-query a=b U -d 1",
    "curl -XPATCH -d'{\"a\":1}' -HX-A:1 U",
]


class _Echo(BaseHTTPRequestHandler):
    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.taken.append((self.command, self.path, body.decode()))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


for _verb in ("GET", "POST", "PUT", "PATCH"):
    setattr(_Echo, f"do_{_verb}", _Echo._take)


@pytest.fixture(scope="module")
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.taken = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.mark.skipif(not (which("bash") and which("curl")), reason="needs bash and cURL")
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_read_as_what_curl_itself_sends(echo, command):
    origin = f"http://127.0.0.1:{echo.server_port}"
    command = command.replace("U", f"{origin}/a", 1).replace("--next U", f"--next {origin}/b")
    echo.taken.clear()
    subprocess.run(["bash", "-c", command], capture_output=True, timeout=120, check=False)
    found = paste(command)
    assert (found.method, found.url.removeprefix(origin), found.body or "") == echo.taken[0]
