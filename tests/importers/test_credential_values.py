"""Values that are credentials whatever their key, and many that only resemble one."""

import pytest

from playground.importers.credential_values import is_credential_value

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    "value",
    [
        "sessionid=abc123; csrftoken=def456",
        "sessionid=abc123",
        "li_at=AQEDAR1234567890",
        'li_at=AQEDAR; JSESSIONID="ajax:123"',
        "Cookie: theme=dark; sessionid=abc123",
        "cookie: li_at=AQEDAR",
        "PHPSESSID=q1w2e3; path=/; HttpOnly; Secure",
        "connect.sid=s%3Aabc; lang=en",
        "lang=en; opaque=4f5g6h7j8k9l0q1w2e3r4t5y",
        "access_token=abc",
        "Basic dXNlcjpwYXNzd29yZA==",
        "basic dXNlcjpwYXNz",
        "Bearer abc123def456",
        "bearer ABCDEFGHIJ",
        "Bearer " + JWT,
        "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
        "Token token=abc-123-def",
        "ApiKey 1234-5678",
        "Authorization: Bearer abc123def456",
        "curl -X POST\n-H 'Authorization: whatever-it-is'\n",
        "Proxy-Authorization: Basic dXNlcjpwYXNz",
        JWT,
        f"see {JWT} there",
        "https://user:hunter2@api.example.com/v1",
        "postgres://app:s3cret@db.internal:5432/app",
        "fetch ftp://me:pw@files.example/x please",
        "redis://:secret@cache:6379",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB",
    ],
)
def test_a_credential_is_recognised(value: str) -> None:
    assert is_credential_value(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic plan",
        "Basic knowledge of cooking",
        "Bearer certificate",
        "Bearer of bad news",
        "Token authentication",
        "Token",
        "Bearer {{secret:token}}",
        "Bearer <token>",
        "Basic ${CREDENTIALS}",
        "sessionid={{secret:sessionid}}; csrftoken={{secret:csrf}}",
        "sessionid=<id>",
        "https://user:{{secret:password}}@api.example.com",
        "https://api.example.com/v1?sessionId=abc",
        "https://www.linkedin.com/sales/search/people?query=(spellCorrectionEnabled:true)",
        "mailto:a@b.example",
        "color=red; size=large",
        "a=1;b=2",
        "x=y",
        "name = value",
        "see https://example.com: write to me@example.com",
        "00000000-0000-4000-8000-000000000002",
        "2026-11-29T20:00:00Z",
        "Authorization is needed",
        "eyJ",
        "path=/; domain=example.com",
    ],
)
def test_plain_text_is_not_a_credential(value: str) -> None:
    assert not is_credential_value(value)


@pytest.mark.parametrize("value", ["a=" * 50_000, "=;" * 50_000, "eyJ" * 30_000, "x://" * 20_000])
def test_a_long_value_takes_no_time(value: str) -> None:
    is_credential_value(value)
