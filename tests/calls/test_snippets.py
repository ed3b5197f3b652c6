"""Every snippet is run for real and sends the same bytes as Send."""

import json
import os
import shutil
import subprocess
import sys
import threading
from base64 import b64encode
from dataclasses import replace
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from playground.calls.assembling import Endpoint, assemble
from playground.calls.masking import mask_call
from playground.calls.snippets import LANGUAGES, UnsupportedCall, write_snippet
from playground.calls.substitution import FileData
from playground.calls.values import Call, MaskedCall, Placeholder, Secret
from playground.openapi.credentials import Credential, CredentialField, CredentialScheme
from playground.openapi.operations import get_operation
from playground.openapi.parameters import RequestBody

RUN = {
    "curl": ["bash"],
    "httpie": ["bash"],
    "python": [sys.executable],
    "javascript": ["node"],
    "node": ["node"],
    "go": ["go", "run"],
    "php": ["php"],
    "ruby": ["ruby"],
}
NEEDS = {"curl": "curl", "httpie": "http", "python": sys.executable, "javascript": "node"}
HOSTILE = (
    "' '' \" \"\" \\ \\\\ \\' \\\" \\n $HOME ${HOME} $(id) `id` !! !x %PATH% %s %d ^ & | ; "
    "< > # #{x} "
    "@x *? ~ {a,b} [1-3] {{name}} \\{{ {$x} "
    "?> <?php "
    "*/ // -- =: := <<EOF \t end"
)
ODD = "é 日本 😀 \u2028 \u2029 \ufeff \x7f \x85 \u200f ʼ"
LINES = "line\nline two\n\n  indented\r\nwindows\rlone\n\n"
SECRET = "s3'c\"r$e`t\\!%@"
BODIES = {
    "hostile": (json.dumps({"a": HOSTILE, ODD: ODD, "n": [1.10, -0.0]}, ensure_ascii=False),),
    "raw": (HOSTILE + ODD + LINES + HOSTILE,),
    "secret": ('{"token": "', Placeholder("Altcraft token", "json"), '", "id": 12, "big": 1.10}\n'),
    "at": ("@/etc/passwd",),
    "dash": ("-n --raw=x",),
    "equals": ("=@x:=",),
    "empty": (),
    "large": ('{"a": "' + "x'é\n" * 60_000 + '"}',),
}


BASIC = Credential(
    (CredentialField("user", "User"), CredentialField("password", "Password")),
    (CredentialScheme("b", "Basic", headers=(("Authorization", "Basic {user:password}"),)),),
)


class Recorder(BaseHTTPRequestHandler):
    """Records every request."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, self.headers, body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as made:
        made.seen = []
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def _run(language: str, code: str, folder: Path, more: dict[str, str] | None = None) -> None:
    extension = next(each.extension for each in LANGUAGES if each.id == language)
    program = NEEDS.get(language, RUN[language][0])
    # HTTPie is installed next to Python, in the environment of the tests.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    if shutil.which(program, path=path) is None:
        pytest.fail(f"{program} is not installed: run tests/runtimes.sh")
    file = folder / f"snippet.{extension}"
    file.write_bytes(code.encode())
    environment = {
        **os.environ,
        "PATH": path,
        "ALTCRAFT_TOKEN": SECRET,
        "API_KEY": SECRET,
        "HOME": str(folder),
        "GOCACHE": os.environ.get("GOCACHE", "/tmp/go-cache"),
        "GOFLAGS": "-mod=mod",
        "LANG": "C.UTF-8",
        **(more or {}),
    }
    done = subprocess.run(
        [*RUN[language], str(file)],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def _plain(masked) -> bytes:
    return "".join(each if isinstance(each, str) else SECRET for each in masked).encode()


@pytest.mark.snippet_runtime
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("language", [each.id for each in LANGUAGES])
def test_a_snippet_sends_the_same_bytes(language, body, server, tmp_path):
    headers = (
        ("Content-Type", ("application/json",)),
        ("Authorization", ("x-api-key ", Placeholder("api_key"))),
        ("X-Hostile", ("=@a:b 'c' \"d\" \\ $HOME `id` !x %s #{y} ;",)),
        ("X-Equals", ("=x",)),
        ("X-At", ("@x",)),
        ("X-Empty", ()),
    )
    path = "/v3/a%20b/[x]/{y}/$HOME!/'q'?a=1&b=%27;c&d=*"
    url = (f"http://127.0.0.1:{server.server_port}{path}",)
    call = MaskedCall("POST", url, headers, BODIES[body])
    server.seen.clear()
    _run(language, write_snippet(language, call), tmp_path)
    assert len(server.seen) == 1
    method, seen_path, seen, sent = server.seen[0]
    assert method == "POST"
    assert sent == _plain(BODIES[body])
    assert seen_path == "/v3/a%20b/%5Bx%5D/%7By%7D/$HOME!/'q'?a=1&b=%27;c&d=*"
    for name, value in headers:
        assert seen.get_all(name) == [_plain(value).decode()], name


FILE_BYTES = bytes(range(256)) + "é\r\n".encode()


@pytest.mark.snippet_runtime
@pytest.mark.parametrize("language", [each.id for each in LANGUAGES])
def test_a_snippet_sends_the_bytes_of_files(language, server, tmp_path):
    """Every kind of body with files and secrets, as `assemble` and `mask_call` make it."""
    files = {
        "f-1": FileData("image/png", [FILE_BYTES], "f-1", "é 1.png"),
        "-f.2": FileData("text/csv", [b"a;b\n"], "-f.2", "b.csv"),
    }
    text = json.dumps(
        {
            "name": HOSTILE + ODD,
            "first": "{{file:f-1}}",
            "secret": "{{secret:api_key}}",
            "meta": {"x": "{{secret:api_key}}", "y": LINES},
            "others": ["{{file:-f.2}}", "{{file:f-1}}"],
        }
    ).replace("{{name}}", r"\\{{name}}")
    for media_type, document in (
        ("multipart/form-data", text),
        ("application/octet-stream", '"{{file:f-1}}"'),
        ("application/x-www-form-urlencoded", '{"a": "{{secret:api_key}}", "b": {"c": "é&"}}'),
        ("application/xml", '"<a>é {{secret:api_key}}</a>"'),
    ):
        body = RequestBody(media_type, {"type": "string"})
        operation = replace(
            get_operation("launch-workflow"),
            path="/x",
            path_fields=(),
            bodies=(body,),
            own_credential=BASIC,
        )
        endpoint = Endpoint(
            f"http://127.0.0.1:{server.server_port}",
            {"user": "me", "password": Secret("password", SECRET)},
        )
        secrets = [Secret("api_key", SECRET)]
        call = assemble(operation, endpoint, text=document, secrets=secrets, files=files.get)
        assert isinstance(call, Call), call
        for file in files.values():
            (tmp_path / file.id).write_bytes(b"".join(file.pieces))
        server.seen.clear()
        encoded = {
            "API_KEY_URL": quote(SECRET, safe=""),
            "API_KEY_XML": escape(SECRET),
            # The second form of the same secret in one call.
            "API_KEY_2": json.dumps(SECRET)[1:-1],
            "PASSWORD_BASIC": b64encode(f"me:{SECRET}".encode()).decode(),
        }
        _run(language, write_snippet(language, mask_call(call)), tmp_path, encoded)
        [(_, _, headers, sent)] = server.seen
        assert sent == call.body, media_type
        for name, value in call.headers:
            assert headers.get_all(name) == [value]


@pytest.mark.snippet_runtime
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
@pytest.mark.parametrize("language", [each.id for each in LANGUAGES])
def test_a_snippet_without_a_body_sends_none(language, method, server, tmp_path):
    url = (f"http://127.0.0.1:{server.server_port}/x",)
    server.seen.clear()
    _run(language, write_snippet(language, MaskedCall(method, url, (), None)), tmp_path)
    assert [(each[0], each[1], each[3]) for each in server.seen] == [(method, "/x", b"")]
    assert server.seen[0][2].get("Content-Type") is None


def test_a_snippet_contains_variables_instead_of_references():
    call = MaskedCall(
        "POST", ("https://h/",), (("A", (Placeholder("my key"),)),), ("{}", Placeholder("my key"))
    )
    for language in LANGUAGES:
        code = write_snippet(language.id, call)
        assert "MY_KEY" in code
        assert "{{" not in code


def test_names_of_variables_are_unique_and_not_those_of_the_system():
    body = (
        Placeholder("path"),
        Placeholder("a b"),
        Placeholder("a-b"),
        Placeholder("a b", "base64"),
        Placeholder("ключ"),
    )
    code = write_snippet("curl", MaskedCall("POST", ("https://h/",), (), body))
    for name in ("SECRET_PATH", "A_B", "A_B_2", "A_B_BASE64", "SECRET"):
        assert f'"${name}"' in code


def test_a_call_that_a_language_cannot_express_has_a_message():
    call = MaskedCall("POST", ("https://h/",), (), ("a\0b",))
    with pytest.raises(UnsupportedCall, match="NUL"):
        write_snippet("curl", call)
    with pytest.raises(UnsupportedCall, match="line end"):
        write_snippet("go", MaskedCall("POST", ("https://h/",), (("A", ("b\nc",)),), None))
    with pytest.raises(LookupError):
        write_snippet("cobol", call)
