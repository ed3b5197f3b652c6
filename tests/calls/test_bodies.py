"""A document is sent in any media type, and history never shows a secret of it."""

import json
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.assembling import Endpoint, assemble
from playground.calls.masking import format_masked, list_inserted_files, mask_call
from playground.calls.substitution import FileData
from playground.calls.values import Call, Failure, Secret
from playground.openapi.credentials import Credential, CredentialField, CredentialScheme
from playground.openapi.parameters import Encoding, RequestBody
from tests.calls.operations import LAUNCH

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
DEEP = Encoding(style="deepObject", explode=True)
SECRET = Secret("pin", 'p"<&1')
FILES = {
    "f-1": FileData("image/png", [b"\x89PNG\r\n", b"\x00\xff"], "f-1", 'naïve "1".png'),
    "f-2": FileData("text/csv", [b"a;b\n"], "f-2", "b.csv"),
}
NOBODY = Credential((), (CredentialScheme("none", "None"),))


def attempt(text, media_type, encoding=None, schema=None, **more) -> Call | Failure:
    body = RequestBody(media_type, schema or {"type": "object"}, encoding or {})
    operation = replace(
        LAUNCH,
        path="/x",
        bodies=(body,),
        own_credential=more.pop("credential", NOBODY),
        body_required=more.pop("required", True),
    )
    known = {"secrets": [SECRET], "variables": {"n": 5, "text": "a&<b>"}, "files": FILES.get}
    endpoint = more.pop("endpoint", Endpoint("https://h"))
    return assemble(operation, endpoint, text=text, **{**known, **more})


def send(*args, **more) -> Call:
    call = attempt(*args, **more)
    assert isinstance(call, Call), call
    return call


def type_of(call: Call) -> str:
    [found] = [value for name, value in call.headers if name == "Content-Type"]
    return found


def shown(call: Call) -> str:
    masked = mask_call(call).body
    assert masked is not None
    return format_masked(masked)


def read_parts(call: Call) -> list:
    assert call.body is not None
    head = f"Content-Type: {type_of(call)}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + call.body)
    return list(message.iter_parts())


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/merge-patch+json", "application/json; charset=utf-8",
     "text/json", "application/vnd.api+json"],
)  # fmt: skip
def test_json_is_sent_byte_for_byte(media_type) -> None:
    text = '{"b":  1.10,\n "a": "{{secret:pin}}", "n": "{{n}}"}'
    call = send(text, media_type)
    assert call.body == b'{"b":  1.10,\n "a": "p\\"<&1", "n": 5}'
    assert type_of(call) == media_type
    assert shown(call) == text.replace('"{{n}}"', "5")


def test_a_type_for_anything_is_sent_as_json() -> None:
    assert type_of(send("[1]", "*/*")) == "application/json"
    for schema in ({"type": "object"}, {"description": "anything"}):
        call = send('{"a":  1.10}', "application/vnd.mine", schema=schema)
        assert (call.body, type_of(call)) == (b'{"a":  1.10}', "application/vnd.mine")
    assert send('"a"', "application/vnd.mine", schema={"description": "anything"}).body == b"a"


@pytest.mark.parametrize(
    ("text", "encoding", "sent"),
    [
        ('{"a": "x y&z", "n": 1.10, "t": true}', {},
         [("a", "x y&z"), ("n", "1.10"), ("t", "true")]),
        ('{"a": ["x", "y"]}', {}, [("a", "x"), ("a", "y")]),
        ('{"a": ["x", "y"]}', {"a": Encoding(explode=False)}, [("a", "x,y")]),
        ('{"a": ["x", "y"]}', {"a": Encoding(style="pipeDelimited")}, [("a", "x|y")]),
        ('{"a": {"b": 1.10}}', {}, [("a", '{"b":1.10}')]),
        ('{"a": [{"b": 1}, {"b": 2}]}', {}, [("a", '{"b":1}'), ("a", '{"b":2}')]),
        ('{"a": ["x"]}', {"a": Encoding("application/json")}, [("a", '["x"]')]),
        ('{"a": {"b": {"c": ["x"]}}}', {"a": DEEP}, [("a[b][c][0]", "x")]),
        ('{"a": [{"price": "p1", "n": 2}]}', {"a": DEEP},
         [("a[0][price]", "p1"), ("a[0][n]", "2")]),
        ('{"a": {"b": 1}}', {"a": Encoding(style="form", explode=True)}, [("b", "1")]),
        ('{"a": null, "b": "", "c": []}', {}, [("b", "")]),
        ('{"ä[]": "é"}', {}, [("ä[]", "é")]),
        ('{"a": "{{text}}", "b": "{{n}}", "c": ["{{secret:pin}}"]}', {},
         [("a", "a&<b>"), ("b", "5"), ("c", 'p"<&1')]),
        ('{"a": {"b": "{{secret:pin}}"}}', {}, [("a", '{"b":"p\\"<&1"}')]),
        ('{"a": "{{file:f-2}}"}', {}, [("a", "data:text/csv;base64,YTtiCg==")]),
        ("{}", {}, []),
    ],
)  # fmt: skip
def test_a_form_has_the_fields_of_the_document(text, encoding, sent) -> None:
    call = send(text, FORM, encoding)
    assert call.body is not None
    assert parse_qsl(call.body.decode(), keep_blank_values=True) == sent
    assert type_of(call) == FORM
    assert SECRET.value not in shown(call)
    if "secret:" in text:
        assert "{{secret:pin}}" in shown(call)
    if "file:" in text:
        assert shown(call) == "a={{file:f-2}}"


def test_a_form_encodes_spaces_for_every_server() -> None:
    assert send('{"a b": "c d+"}', FORM).body == b"a%20b=c%20d%2B"


def test_a_multipart_body_has_a_part_for_each_value() -> None:
    text = json.dumps({
        "name": "é\r\n--",
        "tags": ["x", 1.5],
        "meta": {"pin": "{{secret:pin}}"},
        "photo": "{{file:f-1}}",
        "table": "{{file:f-2}}",
        "none": None,
    })  # fmt: skip
    encoding = {"photo": Encoding("image/*"), "table": Encoding("text/plain"), "x": Encoding()}
    call = send(text, MULTIPART, encoding)
    found = [
        (each.get_param("name", header="content-disposition"), each.get("content-type"),
         each.get_payload(decode=True))
        for each in read_parts(call)
    ]  # fmt: skip
    assert found == [
        ("name", None, "é\r\n--".encode()),
        ("tags", None, b"x"),
        ("tags", None, b"1.5"),
        ("meta", "application/json", b'{"pin":"p\\"<&1"}'),
        ("photo", "image/png", b"\x89PNG\r\n\x00\xff"),
        ("table", "text/plain", b"a;b\n"),
    ]
    assert 'name="photo"; filename="naïve %221%22.png"\r\n'.encode() in (call.body or b"")
    assert list_inserted_files(call) == {"f-1", "f-2"}
    assert "{{file:f-1}}\r\n" in shown(call)
    assert '{"pin":"{{secret:pin}}"}' in shown(call)
    assert "PNG" not in shown(call)
    assert SECRET.value not in shown(call)


def test_an_array_of_files_is_sent_as_several_parts() -> None:
    parts = read_parts(send('{"f": ["{{file:f-1}}", "{{file:f-2}}"]}', MULTIPART))
    assert [each.get_filename() for each in parts] == ["naïve %221%22.png", "b.csv"]


def test_the_name_of_a_field_cannot_end_its_header() -> None:
    [part] = read_parts(send(json.dumps({'a"\r\nX: y': "1"}), MULTIPART))
    assert part.keys() == ["Content-Disposition"]
    assert part.get_param("name", header="content-disposition") == "a%22%0D%0AX: y"


def test_the_boundary_occurs_in_no_part() -> None:
    taken = [f"--playground-boundary-{number:08d}" for number in range(3)]
    call = send(json.dumps({"a": "\r\n".join(taken), "b": "{{file:f-1}}"}), MULTIPART)
    assert type_of(call) == f"{MULTIPART}; boundary=playground-boundary-00000003"
    first, second = read_parts(call)
    assert first.get_payload(decode=True).decode() == "\r\n".join(taken)
    assert second.get_payload(decode=True) == b"\x89PNG\r\n\x00\xff"
    assert "{{file:f-1}}" in shown(call)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.binary()))
def test_any_files_come_back(contents: dict[str, bytes]) -> None:
    names = dict(enumerate(contents))
    files = {
        f"f-{n}": FileData("a/b", [contents[name]], f"f-{n}", name) for n, name in names.items()
    }
    text = json.dumps({str(number): f"{{{{file:f-{number}}}}}" for number in names})
    call = send(text, MULTIPART, files=files.get)
    boundary = type_of(call).partition("boundary=")[2].encode()
    assert call.body is not None
    *parts, end = call.body.split(b"--" + boundary)
    assert end == b"--\r\n"
    assert [each.partition(b"\r\n\r\n")[2][:-2] for each in parts[1:]] == list(contents.values())


@pytest.mark.parametrize(
    ("media_type", "text", "body", "sent_type"),
    [
        ("text/plain", '"a\\n{{n}} {{secret:pin}} é"', 'a\n5 p"<&1 é', "text/plain; charset=utf-8"),
        ("text/csv; charset=utf-8", '"a;b"', "a;b", "text/csv; charset=utf-8"),
        ("text/plain", "1.10", "1.10", "text/plain; charset=utf-8"),
        # Values are text in XML, unless the whole document is one.
        ("application/xml", '"<a>{{text}}{{secret:pin}}</a>"',
         "<a>a&amp;&lt;b&gt;p&quot;&lt;&amp;1</a>", "application/xml"),
        ("text/xml", '"{{text}}"', "a&<b>", "text/xml"),
        ("application/soap+xml", '"<a/>"', "<a/>", "application/soap+xml"),
        ("application/yaml", '"a: {{n}}"', "a: 5", "application/yaml"),
    ],
)  # fmt: skip
def test_text_is_sent_unchanged(media_type, text, body, sent_type) -> None:
    call = send(text, media_type, schema={"type": "string"})
    assert (call.body or b"").decode() == body
    assert type_of(call) == sent_type
    assert 'p"<' not in shown(call)
    assert "&lt;&amp;1" not in shown(call)


@pytest.mark.parametrize(
    ("media_type", "sent_type"),
    [
        ("application/octet-stream", "application/octet-stream"),
        ("image/*", "image/png"),
        ("application/pdf", "application/pdf"),
    ],
)
def test_a_file_is_sent_as_its_bytes(media_type, sent_type) -> None:
    call = send('"{{file:f-1}}"', media_type, schema={"type": "string", "format": "binary"})
    assert call.body == b"\x89PNG\r\n\x00\xff"
    assert type_of(call) == sent_type
    assert shown(call) == "{{file:f-1}}"


@pytest.mark.parametrize(
    ("media_type", "text", "message"),
    [
        (FORM, "[1]", f"Not sent: the document can't be sent as {FORM}. It must be an object."),
        (MULTIPART, '"a"', f"Not sent: the document can't be sent as {MULTIPART}. "
         "It must be an object."),
        ("text/plain", "{}", "Not sent: the document can't be sent as text/plain. "
         "It must be a string."),
        (FORM, "{", "Not sent: the document isn't valid JSON."),
        ("text/plain", "", "Not sent: the document isn't valid JSON."),
        (FORM, '{"a": "{{who}}"}', "Not sent: the variable who has no value."),
    ],
)  # fmt: skip
def test_a_document_that_does_not_fit_the_type_is_not_sent(media_type, text, message) -> None:
    failure = attempt(text, media_type)
    assert isinstance(failure, Failure)
    assert (failure.message, failure.left) == (message, False)


def test_an_optional_body_may_be_left_out() -> None:
    call = send("", "application/json", required=False)
    assert (call.body, call.headers) == (None, ())
    assert send("{}", "application/json", required=False).body == b"{}"


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (FORM, "token=to%26k&id=1"),
        ("application/json", '{"token": "to&k", "id": 1}'),
    ],
)
def test_a_credential_becomes_the_first_field(media_type, body) -> None:
    scheme = CredentialScheme("body", "Body", body_key="token", body_field="token")
    call = send(
        '{"id": 1}',
        media_type,
        credential=Credential((CredentialField("token", "Token"),), (scheme,)),
        endpoint=Endpoint("https://h", {"token": Secret("token", "to&k")}),
    )
    assert (call.body or b"").decode() == body
    assert "{{secret:token}}" in shown(call)
    assert "to" not in shown(call).replace("token", "")


def test_a_type_can_be_chosen() -> None:
    bodies = (RequestBody("application/json", {}), RequestBody(FORM, {}))
    operation = replace(LAUNCH, path="/x", bodies=bodies, own_credential=NOBODY)
    for chosen, body in {"": b'{"a": 1}', FORM: b"a=1", "text/gone": b'{"a": 1}'}.items():
        call = assemble(operation, Endpoint("https://h"), text='{"a": 1}', media_type=chosen)
        assert isinstance(call, Call)
        assert call.body == body


def test_the_connection_cannot_remove_the_boundary() -> None:
    headers = (("content-type", MULTIPART),)
    call = send('{"a": 1}', MULTIPART, endpoint=Endpoint("https://h", headers=headers))
    assert [name for name, _ in call.headers] == ["Content-Type"]
    assert "boundary=" in type_of(call)
    call = send("{}", "application/json", endpoint=Endpoint("https://h", headers=headers))
    assert call.headers == headers


BASE64_SCHEMA = {
    "properties": {
        "uri": {"type": "string"},
        "plain": {"type": "string", "format": "byte"},
        "list": {"items": {"contentEncoding": "base64"}},
        "union": {"oneOf": [{"type": "null"}, {"properties": {"a/b": {"format": "byte"}}}]},
    },
    "additionalProperties": {"format": "byte"},
}


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('{"uri": "{{file:f-2}}"}', '{"uri": "data:text/csv;base64,YTtiCg=="}'),
        ('{"plain": "{{file:f-2}}"}', '{"plain": "YTtiCg=="}'),
        ('{"x": {"y": 1}, "list": ["", "{{file:f-2}}"]}',
         '{"x": {"y": 1}, "list": ["", "YTtiCg=="]}'),
        ('{"union": {"a/b": "{{file:f-2}}"}}', '{"union": {"a/b": "YTtiCg=="}}'),
        ('{"other": "{{file:f-2}}", "uri": "{{file:f-2}}", "plain": "{{file:f-2}}"}',
         '{"other": "YTtiCg==", "uri": "data:text/csv;base64,YTtiCg==", "plain": "YTtiCg=="}'),
    ],
)  # fmt: skip
def test_a_file_is_sent_in_base64_alone_where_the_schema_asks_for_it(text, sent) -> None:
    call = send(text, "application/json", schema=BASE64_SCHEMA)
    assert (call.body or b"").decode() == sent
    assert shown(call) == text
