"""`security` becomes the fields of a connection and the schemes that send them."""

import base64
from dataclasses import replace

import pytest

from playground.calls.assembling import Endpoint, assemble
from playground.calls.masking import format_masked, mask_call, mask_text
from playground.calls.values import Call, Failure, Secret
from playground.openapi.credentials import NO_CREDENTIAL, Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.operations import get_operation
from playground.openapi.parameters import Parameter
from playground.openapi.security import SecurityReader, read_document_security

HEADER = {"type": "apiKey", "in": "header", "name": "X-Key"}
QUERY = {"type": "apiKey", "in": "query", "name": "key&"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "sid"}
BASIC = {"type": "http", "scheme": "Basic"}
BEARER = {"type": "http", "scheme": "bearer", "description": "From the console.\n\nMore."}
CLIENT = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "", "write": ""}}},
}
SIGN_IN = {
    "type": "oauth2",
    "flows": {
        "authorizationCode": {
            "authorizationUrl": "https://a/authorize",
            "tokenUrl": "https://a/token",
            "refreshUrl": "https://a/refresh",
            "scopes": {},
        },
        "implicit": {"authorizationUrl": "https://a/authorize", "scopes": {}},
    },
}
SCHEMES = {
    "header": HEADER, "query": QUERY, "cookie": COOKIE, "basic": BASIC, "bearer": BEARER,
    "client": CLIENT, "sign-in": SIGN_IN, "openid": {"type": "openIdConnect"},
    "digest": {"type": "http", "scheme": "digest"}, "mutual": {"type": "mutualTLS"},
    "odd": {"type": "http", "scheme": "ApiKey"}, "broken": {"type": "apiKey", "in": "body"},
}  # fmt: skip
READER = SecurityReader(SCHEMES)


def read(*alternatives) -> Credential:
    reading = READER.read(list(alternatives))
    assert not reading.faults
    return reading.credential


def send(credential: Credential, stored, way="", **more) -> Call:
    call = attempt(credential, stored, way, **more)
    assert isinstance(call, Call), call
    return call


def attempt(credential: Credential, stored, way="", **more) -> Call | Failure:
    operation = replace(
        get_operation("list-accounts"),
        path="/x",
        path_fields=(),
        query_fields=(Parameter("q", "Q", "", False, {"type": "string"}, place="query"),),
        cookie_fields=(Parameter("c", "C", "", False, {"type": "string"}, place="cookie"),),
        own_credential=credential,
    )
    headers = more.pop("headers", ())
    return assemble(operation, Endpoint("https://h/", stored, way, headers), **more)


KEY = Secret("header", "k=1;2 é")


def test_a_key_is_sent_in_its_place() -> None:
    stored = {name: Secret(name, "k=1&é") for name in SCHEMES}
    assert send(read({"header": []}), stored).headers == (("X-Key", "k=1&é"),)
    query = send(read({"query": []}), stored)
    assert query.url == "https://h/x?key%26=k%3D1%26%C3%A9"
    assert format_masked(mask_call(query).url) == "https://h/x?key%26={{secret:query}}"
    query = send(read({"query": []}), stored, path_values={"query:q": "a"})
    assert query.url == "https://h/x?q=a&key%26=k%3D1%26%C3%A9"
    cookie = send(read({"cookie": []}), {"cookie": Secret("cookie", "s=1")})
    assert cookie.headers == (("Cookie", "sid=s=1"),)
    assert [format_masked(value) for _, value in mask_call(cookie).headers] == [
        "sid={{secret:cookie}}"
    ]


def test_all_cookies_share_one_header() -> None:
    call = send(
        read({"cookie": []}),
        {"cookie": Secret("cookie", "s1")},
        path_values={"cookie:c": "a b"},
        headers=(("cookie", "own=1"),),
    )
    assert call.headers == (("Cookie", "own=1; c=a%20b; sid=s1"),)


@pytest.mark.parametrize("value", ["a;b", "a b", "a\nb"])
def test_a_key_cannot_end_its_cookie(value) -> None:
    failure = attempt(read({"cookie": []}), {"cookie": Secret("cookie", value)})
    assert isinstance(failure, Failure)
    assert failure.code == "parameter-unsafe"
    assert value not in failure.message


def test_basic_joins_the_user_name_and_the_password() -> None:
    credential = read({"basic": []})
    assert [(each.name, each.secret, each.optional) for each in credential.fields] == [
        ("basic_user", False, False),
        ("basic_password", True, True),
    ]
    password = Secret("basic_password", "pä:ss-1")
    call = send(credential, {"basic_user": "me", "basic_password": password})
    encoded = base64.b64encode("me:pä:ss-1".encode()).decode()
    assert call.headers == (("Authorization", f"Basic {encoded}"),)
    assert call.secrets == (password,)
    [(_, masked)] = mask_call(call).headers
    assert format_masked(masked) == "Basic {{secret:basic_password}}"
    # A server that echoes the header echoes the password.
    assert encoded not in mask_text(f"got {encoded}", call.secrets)
    # Some APIs take a key as the user name.
    alone = send(credential, {"basic_user": "sk_1"})
    assert alone.headers == (("Authorization", "Basic c2tfMTo="),)
    for stored, code in (({}, "credential-missing"), ({"basic_user": "a:b"}, "user-colon")):
        failure = attempt(credential, stored)
        assert isinstance(failure, Failure)
        assert failure.code == code


def test_tokens_and_custom_schemes_are_sent_in_the_authorization_header() -> None:
    bearer = read({"bearer": []})
    assert (bearer.fields[0].title, bearer.fields[0].help) == ("Bearer token", "From the console.")
    call = send(bearer, {"bearer": Secret("bearer", "t")})
    assert call.headers == (("Authorization", "Bearer t"),)
    odd = send(read({"odd": []}), {"odd": Secret("odd", "t")})
    assert odd.headers == (("Authorization", "ApiKey t"),)
    openid = send(read({"openid": []}), {"openid": Secret("openid", "t")})
    assert openid.headers == (("Authorization", "Bearer t"),)


def test_schemes_of_one_alternative_are_sent_together() -> None:
    credential = read({"header": [], "query": []})
    assert [each.id for each in credential.schemes] == ["header+query"]
    assert credential.schemes[0].title == "API key X-Key and API key key&"
    call = send(credential, {"header": "a", "query": "b"})
    assert (call.headers, call.url) == ((("X-Key", "a"),), "https://h/x?key%26=b")
    failure = attempt(credential, {"header": "a"})
    assert isinstance(failure, Failure)
    assert failure.message == "Not sent: the connection has no API key key&."


def test_the_alternative_that_the_connection_has_values_for_is_sent() -> None:
    credential = read({"header": []}, {"query": []})
    assert [each.id for each in credential.schemes] == ["header", "query"]
    assert send(credential, {"query": "b"}).url == "https://h/x?key%26=b"
    both = {"header": "a", "query": "b"}
    assert send(credential, both).headers == (("X-Key", "a"),)
    assert send(credential, both, way="query").headers == ()
    # The chosen scheme has no value: it is reported as missing, and the other isn't used.
    assert isinstance(attempt(credential, {"header": "a"}, way="query"), Failure)
    # One that this operation doesn't have.
    assert send(credential, {"query": "b"}, way="bearer").url == "https://h/x?key%26=b"


@pytest.mark.parametrize("requirement", [[], None, [{}], {}])
def test_no_credential_may_be_needed(requirement) -> None:
    reading = READER.read(requirement)
    assert (reading.credential, reading.faults) == (Credential((), (NO_CREDENTIAL,)), ())
    assert send(reading.credential, {"header": KEY}).headers == ()


def test_an_optional_credential_is_sent_if_there_is_one() -> None:
    credential = read({}, {"header": []})
    assert send(credential, {}).headers == ()
    assert send(credential, {"header": "a"}).headers == (("X-Key", "a"),)


@pytest.mark.parametrize(
    ("alternative", "fault"),
    [
        ({"gone": []}, "The security scheme gone isn't defined."),
        ({"digest": []}, "The security scheme digest can't be used: http digest."),
        ({"mutual": []}, "The security scheme mutual can't be used: mutualTLS."),
        ({"broken": []}, "The security scheme broken can't be used: apiKey."),
        ({"header": [], "digest": []}, "The security scheme digest can't be used: http digest."),
        ("header", "A security requirement isn't an object."),
    ],
)
def test_what_cannot_be_used_is_named(alternative, fault) -> None:
    reading = READER.read([alternative])
    assert (reading.credential.schemes, reading.faults) == ((NO_CREDENTIAL,), (fault,))
    # The others are left.
    kept = READER.read([alternative, {"header": []}])
    assert [each.id for each in kept.credential.schemes] == ["header"]


def test_client_credentials_fetch_a_token() -> None:
    credential = read({"client": ["read"]})
    assert [each.id for each in credential.schemes] == ["client.client", "client.token"]
    token = credential.schemes[0].tokens[0]
    assert (token.token_url, token.scopes) == ("/token", ("read",))
    assert token.refresh_token == ""
    assert token.needs == ("client_client_secret", "client_client_id")
    names = [(each.name, each.secret, each.optional) for each in credential.fields]
    assert names == [
        ("client_client_id", False, False),
        ("client_client_secret", True, False),
        ("client_scope", False, True),
        ("client_audience", False, True),
        ("client", True, False),
    ]
    assert credential.fields[2].help == "Separated by spaces. Known scopes: read write"
    call = send(
        credential,
        {"client_client_id": "me", "client_client_secret": "s", "client_access_token": "t"},
    )
    assert call.headers == (("Authorization", "Bearer t"),)
    # A token that somebody typed needs no client.
    assert send(credential, {"client": "typed"}).headers == (("Authorization", "Bearer typed"),)


def test_a_refresh_token_needs_no_person_either() -> None:
    credential = read({"sign-in": []})
    assert [each.id for each in credential.schemes] == ["sign_in.token", "sign_in.refresh"]
    token = credential.schemes[1].tokens[0]
    assert token.token_url == "https://a/refresh"
    assert token.needs == ("sign_in_refresh_token", "sign_in_client_id")


def test_one_token_has_the_scopes_of_all_operations() -> None:
    reading = READER.read_all([[{"client": ["read"]}], [{"client": ["write", "read"]}]])
    assert reading.credential.schemes[0].tokens[0].scopes == ("read", "write")


def test_an_operation_needs_a_part_of_the_credential_of_its_api() -> None:
    requirements = [[{"header": []}, {"basic": []}], [{"header": []}], [], [{}, {"basic": []}]]
    api = READER.read_all(requirements).credential
    assert [each.id for each in api.schemes] == ["header", "basic"]
    assert READER.narrow(requirements[0], api) is None
    one = READER.narrow(requirements[1], api)
    assert one is not None
    assert ([s.id for s in one.schemes], [f.name for f in one.fields]) == (["header"], ["header"])
    assert READER.narrow(requirements[2], api) == Credential((), (NO_CREDENTIAL,))
    optional = READER.narrow(requirements[3], api)
    assert optional is not None
    assert [each.id for each in optional.schemes] == ["basic", "none"]


def test_equal_titles_are_made_unique() -> None:
    schemes = {"one": BEARER, "two": BEARER, "way": BEARER, "1 ß-$": BEARER}
    credential = SecurityReader(schemes).read([{each: []} for each in schemes]).credential
    assert [each.name for each in credential.fields] == ["one", "two", "key_way", "key_1_ß"]
    assert [each.title for each in credential.schemes][:2] == [
        "Bearer token (one)",
        "Bearer token (two)",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        None,
        1,
        {},
        {"type": []},
        {"type": "oauth2", "flows": 1},
        {"type": "apiKey", "in": [], "name": {}},
        {"type": "oauth2", "flows": {"clientCredentials": None}},
    ],
)
def test_a_broken_scheme_is_a_sentence(entry) -> None:
    reading = SecurityReader({"x": entry}).read([{"x": "read"}])
    assert reading.faults or reading.credential.schemes[0].id == "x.token"


def test_a_document_gives_each_operation_its_part() -> None:
    document = ApiDocument(
        {
            "openapi": "3.1.0",
            "security": [{"one": []}],
            "components": {
                "securitySchemes": {
                    "one": {"$ref": "#/components/securitySchemes/two"},
                    "two": BEARER,
                    "three": HEADER,
                }
            },
            "paths": {
                "/a": {"get": {"operationId": "usual"}},
                "/b": {"get": {"operationId": "other", "security": [{"three": []}]}},
                "/c": {"get": {"operationId": "open", "security": []}},
                "/d": {"get": {"operationId": "broken", "security": [{"gone": []}]}},
            },
        }
    )
    security, reading = read_document_security(document)
    assert [each.id for each in reading.credential.schemes] == ["one", "three"]
    assert reading.faults == ("The security scheme gone isn't defined.",)
    reader = OperationReader(document, read_api(document, "x", reading.credential), "", security)
    ids = {
        each.id: [scheme.id for scheme in reader.read(each).credential.schemes]
        for each in list_operation_entries(document)
    }
    assert ids == {"usual": ["one"], "other": ["three"], "open": ["none"], "broken": ["none"]}
    assert [(each.pointer, each.message) for each in reader.faults if "gone" in each.message] == [
        ("/paths/~1d/get/security", "The security scheme gone isn't defined.")
    ]
