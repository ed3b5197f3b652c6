"""A call is assembled byte for byte, the secrets last."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.assembling import Endpoint, assemble
from playground.calls.masking import format_masked, mask_call
from playground.calls.substitution import FileData
from playground.calls.values import Call, Failure, Secret
from playground.openapi.operations import get_operation
from tests.calls.operations import LAUNCH, START

KEY = Secret("key", "sk-12345678", frozenset({"api.example.com"}))
CAPTAIN = Endpoint("https://api.example.com/v3/", {"key": KEY, "project_id": "ws-1"})
TOKEN = Secret("token", 'to"k', frozenset({"api.example.com:8443"}))
ALTCRAFT = Endpoint("https://api.example.com:8443/api/v1.1", {"token": TOKEN})


def launch(text: str = "{}", uid: str = "wf-1", **more) -> Call:
    outcome = assemble(LAUNCH, CAPTAIN, path_values={"workflow_uid": uid}, text=text, **more)
    assert isinstance(outcome, Call), outcome
    return outcome


def start(text: str, endpoint: Endpoint = ALTCRAFT, **more) -> Call:
    outcome = assemble(START, endpoint, text=text, **more)
    assert isinstance(outcome, Call), outcome
    return outcome


def failing(operation=LAUNCH, endpoint=CAPTAIN, **more) -> Failure:
    more = {"path_values": {"workflow_uid": "wf-1"}, "text": "{}", **more}
    outcome = assemble(operation, endpoint, **more)
    assert isinstance(outcome, Failure)
    assert not outcome.left
    return outcome


def test_the_credential_joins_in_headers() -> None:
    call = launch('{"a":  1.10}')
    assert (call.method, call.url) == ("POST", "https://api.example.com/v3/workflows/wf-1/schedule")
    assert call.headers == (
        ("Authorization", "x-api-key sk-12345678"),
        ("x-project-id", "ws-1"),
        ("Content-Type", "application/json"),
    )
    assert call.body == b'{"a":  1.10}'
    assert call.secrets == (KEY,)


def test_the_credential_joins_in_the_chosen_way() -> None:
    other = Endpoint(CAPTAIN.base_url, CAPTAIN.credentials, way="x-api-key")
    call = assemble(LAUNCH, other, path_values={"workflow_uid": "wf-1"}, text="{}")
    assert isinstance(call, Call)
    assert call.headers[0] == ("x-api-key", "sk-12345678")


def test_a_header_of_the_connection_replaces_the_one_of_the_credential() -> None:
    own = Endpoint(CAPTAIN.base_url, {"project_id": "ws"}, headers=(("AUTHORIZATION", "mine"),))
    call = assemble(LAUNCH, own, path_values={"workflow_uid": "wf-1"}, text="{}")
    assert isinstance(call, Call)
    assert call.headers[:2] == (("x-project-id", "ws"), ("AUTHORIZATION", "mine"))


@pytest.mark.parametrize(
    "name",
    ["Host", "connection", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Upgrade",
     "Keep-Alive", "Proxy-Authorization", "proxy-connection", "Expect", "HTTP2-Settings"],
)  # fmt: skip
def test_a_header_that_frames_or_routes_the_request_is_refused(name) -> None:
    own = Endpoint(CAPTAIN.base_url, CAPTAIN.credentials, headers=(("X-A", "1"), (name, "x")))
    failure = failing(endpoint=own)
    assert failure.code == "header-controlled"
    assert failure.message == f"Not sent: the header {name} can't be set by hand. Remove it."


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://{tenant}.example.com/v3", "{tenant}"),
        ("https://api.example.com/{tenant}/v3", "{tenant}"),
        ("https://api.example.com/%7Btenant%7D", "%7Btenant%7D"),
        ("https://api.example.com/${tenant}", "${tenant}"),
        ("https://api.example.com/{{tenant}}", "{{tenant}}"),
        ("https://api.example.com/<tenant>", "<tenant>"),
    ],
)
def test_a_placeholder_in_the_base_url_is_never_sent(base_url, name) -> None:
    failure = failing(endpoint=Endpoint(base_url, CAPTAIN.credentials))
    assert failure.code == "base-placeholder"
    assert failure.message == (
        f"Not sent: the base URL contains the placeholder {name}. Replace it with a value."
    )


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ('{"id": 12}', '{"token": "to\\"k", "id": 12}'),
        ('{"id":12,"a":-0}', '{"token":"to\\"k","id":12,"a":-0}'),
        ('{\n  "id": 1e400\n}', '{\n  "token": "to\\"k",\n  "id": 1e400\n}'),
        ("{}", None),
        ("", None),
    ],
)
def test_a_token_becomes_the_first_key_and_every_other_byte_stays(text, body) -> None:
    call = start(text)
    assert call.body is not None
    assert json.loads(call.body)["token"] == 'to"k'
    if body is not None:
        assert call.body.decode() == body
    masked = mask_call(call).body
    assert masked is not None
    assert "{{secret:token}}" in format_masked(masked)


def test_a_token_in_the_document_wins() -> None:
    call = start('{"id": 1, "token": "mine"}')
    assert (call.body, call.secrets) == (b'{"id": 1, "token": "mine"}', ())
    bearer = Endpoint(ALTCRAFT.base_url, ALTCRAFT.credentials, way="bearer")
    call = start('{"token": "mine"}', bearer)
    assert [name for name, _ in call.headers] == ["Content-Type"]


def test_a_token_can_join_in_a_header_instead() -> None:
    call = start('{"id": 1}', Endpoint(ALTCRAFT.base_url, ALTCRAFT.credentials, way="bearer"))
    assert call.headers[0] == ("Authorization", 'Bearer to"k')
    assert call.body == b'{"id": 1}'


@pytest.mark.parametrize("text", ["[]", '"a"', '{"id":', "{{"])
def test_a_token_cannot_join_a_body_that_is_not_an_object(text: str) -> None:
    assert failing(START, ALTCRAFT, text=text).code == "document-broken"


@pytest.mark.parametrize(
    ("typed", "segment"),
    [
        ("a/b", "a%2Fb"),
        ("../../admin", "..%2F..%2Fadmin"),
        ("a?b#c", "a%3Fb%23c"),
        (" a b ", "a%20b"),
        ("%2e%2e", "%252e%252e"),
        ("a\\b", "a%5Cb"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("a\r\nX: 1", "a%0D%0AX%3A%201"),
        ("{{name}}", "v%2F%C3%A9"),
    ],
)
def test_a_path_value_stays_within_its_segment(typed: str, segment: str) -> None:
    call = launch(uid=typed, variables={"name": "v/é"})
    assert call.url == f"https://api.example.com/v3/workflows/{segment}/schedule"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_path_value_escapes_its_segment(typed: str) -> None:
    outcome = assemble(LAUNCH, CAPTAIN, path_values={"workflow_uid": typed}, text="{}")
    if isinstance(outcome, Call):
        assert outcome.url.startswith("https://api.example.com/v3/workflows/")
        assert outcome.url.endswith("/schedule")
        assert outcome.url.count("/") == 6
        assert not set("?#\\ \n") & set(outcome.url)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "path-missing"),
        ("  ", "path-missing"),
        ("..", "path-odd"),
        (".", "path-odd"),
        ("{{dots}}", "path-odd"),
        ("{{empty}}", "path-missing"),
        ("{{none}}", "variable-unknown"),
        ("{{row.First name}}", "row-unknown"),
    ],
)
def test_an_impossible_path_value_is_not_sent(typed: str, code: str) -> None:
    failure = failing(path_values={"workflow_uid": typed}, variables={"dots": "..", "empty": ""})
    assert failure.code == code
    assert failure.message.startswith("Not sent: ")


def test_references_are_replaced_once_and_every_other_byte_stays() -> None:
    text = (
        '{"a": "{{secret:s}} {{v}}",\n "n": 1.10, "b": "\\\\{{v}} {{7*7}} {{ v }} {v} {{secret:}}"}'
    )
    call = launch(text, variables={"v": 'é"\n{{secret:s}}'}, secrets=[Secret("s", 'q"{{v}}')])
    assert call.body is not None
    assert call.body.decode() == (
        '{"a": "q\\"{{v}} é\\"\\n{{secret:s}}",\n "n": 1.10, '
        '"b": "{{v}} {{7*7}} {{ v }} {v} {{secret:}}"}'
    )
    assert [each.name for each in call.secrets] == ["key", "s"]
    masked = mask_call(call)
    assert masked.body is not None
    assert format_masked(masked.body).startswith('{"a": "{{secret:s}} é')


def test_a_variable_alone_keeps_its_type_and_dates_count_from_now() -> None:
    now = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    call = launch('{"n": "{{n}}", "d": "{{today+2d}}"}', variables={"n": 3}, now=now)
    assert call.body == b'{"n": 3, "d": "2026-11-24"}'


def test_a_token_joins_before_the_secrets_of_the_document() -> None:
    mine = Secret("token", "another")
    call = start('{"a": "{{secret:token}}"}', secrets=[mine])
    assert call.body == b'{"token": "to\\"k", "a": "another"}'
    assert call.secrets == (TOKEN, mine)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("{{who}}", "Not sent: the variable who has no value."),
        ("{{secret:who}}", "Not sent: there is no secret named who."),
        ("{{file:f1}}", "Not sent: there is no file with the ID f1."),
    ],
)
def test_a_reference_to_nothing_is_not_sent(reference: str, message: str) -> None:
    assert failing(text=f'{{"a": "{reference}"}}').message == message


@given(st.lists(st.binary(max_size=40_000), max_size=5))
def test_a_file_becomes_its_exact_data_uri(pieces: list[bytes]) -> None:
    call = launch('{"data": "{{file:f-1}}"}', files=lambda name: FileData("text/csv", pieces))
    encoded = b64encode(b"".join(pieces)).decode()
    assert call.body == f'{{"data": "data:text/csv;base64,{encoded}"}}'.encode()


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example/v3",
        "https://api.example.com.evil.example/",
        "https://x@api.example.com/",
        "https://api.example.com:8443@evil.example/",
        "http://api.example.com\\@evil.example/",
    ],
)
def test_a_secret_is_not_sent_to_another_host(base_url: str) -> None:
    failure = failing(endpoint=Endpoint(base_url, CAPTAIN.credentials))
    assert failure.code == "secret-host"
    assert "sk-123" not in failure.message


def test_a_secret_given_for_a_port_is_not_sent_to_another_port() -> None:
    other = Endpoint("https://api.example.com/api/v1.1", ALTCRAFT.credentials)
    assert failing(START, other).code == "secret-host"


def test_a_missing_credential_is_named() -> None:
    failure = failing(endpoint=Endpoint("https://api.example.com", {"project_id": "ws"}))
    assert failure.message == "Not sent: the connection has no API key."


def test_a_call_without_a_body_has_none_but_a_query() -> None:
    operation = get_operation("list-accounts")
    call = assemble(
        operation,
        CAPTAIN,
        path_values={"integration_uid": "linkedin"},
        query_values={"page": "0", "stats": "a b&c", "strange": "1"},
        text="{}",
    )
    assert isinstance(call, Call)
    assert call.body is None
    assert call.url.endswith("/integrations/linkedin/accounts?page=0&stats=a%20b%26c")


def test_a_short_secret_is_masked_where_it_was_inserted_and_nowhere_else() -> None:
    call = launch('{"pin": "{{secret:pin}}", "n": 1}', secrets=[Secret("pin", "1")])
    masked = mask_call(call).body
    assert masked is not None
    assert format_masked(masked) == '{"pin": "{{secret:pin}}", "n": 1}'


@pytest.mark.parametrize(
    "more", [{"path_values": {"workflow_uid": "\ud83d"}}, {"text": '"\ud83d"'}]
)
def test_an_unpaired_surrogate_is_not_sent(more) -> None:
    assert failing(**more).code in ("half-character", "document-broken")
