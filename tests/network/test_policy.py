"""The policy allows what an administrator lists, and nothing else."""

import pytest

from playground.calls.values import Call, Failure
from playground.network import (
    Allowed,
    GuardRefusal,
    InvalidPolicy,
    Limits,
    Policy,
    check_target,
    send_call,
)

CASES = [
    # entries, allow_only, url, allowed
    (["10.0.0.0/8"], False, "http://10.1.2.3/", True),
    (["10.0.0.0/8"], False, "http://11.1.2.3/", True),
    (["10.0.0.0/8"], False, "http://192.168.0.1/", False),
    (["10.0.0.0/8"], False, "http://127.0.0.1/", False),
    (["10.0.0.0/8"], False, "http://ten.example/", True),
    (["10.0.0.0/8"], False, "http://ten-and-loopback.example/", False),
    (["10.0.0.0/8"], False, "http://[::ffff:10.0.0.1]/", False),
    (["10.0.0.0/8"], False, "http://[64:ff9b::10.0.0.1]/", False),
    (["10.0.0.0/8", "64:ff9b::/96"], False, "http://[64:ff9b::10.0.0.1]/", True),
    (["64:ff9b::/96"], False, "http://[64:ff9b::10.0.0.1]/", False),
    (["64:ff9b::/96"], False, "http://[64:ff9b::8.8.8.8]/", True),
    (["::ffff:0:0/96"], False, "http://[::ffff:127.0.0.1]/", False),
    (["192.168.1.5"], False, "http://192.168.1.5:9/", True),
    (["192.168.1.5"], False, "http://192.168.1.6/", False),
    (["192.168.1.5:8080"], False, "http://192.168.1.5:8080/", True),
    (["192.168.1.5:8080"], False, "http://192.168.1.5/", False),
    (["10.0.0.0/8:8080"], False, "https://10.0.0.1:8080/", True),
    (["10.0.0.0/8:8080"], False, "https://10.0.0.1/", False),
    (["fd00::/8"], False, "http://[fd00::1]/", True),
    (["[fd00::/8]:81"], False, "http://[fd00::1]:81/", True),
    (["[fd00::1]:81"], False, "http://[fd00::1]/", False),
    (["169.254.169.254"], False, "http://169.254.169.254/", True),
    (["ten.example"], False, "http://ten.example/", True),
    (["TEN.example"], False, "http://ten.EXAMPLE/", True),
    (["ten.example"], False, "http://sub.ten.example/", False),
    (["ten.example"], False, "http://10.0.0.1/", False),
    (["ten.example:81"], False, "http://ten.example/", False),
    (["ten.example:81"], False, "http://ten.example:81/", True),
    (["loopback.example"], False, "http://loopback.example/", True),
    (["metadata.example"], False, "http://metadata.example/", False),
    (["multicast.example"], False, "http://multicast.example/", False),
    (["mapped.example"], False, "http://mapped.example/", False),
    (["metadata.example", "169.254.0.0/16"], False, "http://metadata.example/", True),
    (["bücher.example"], False, "http://xn--bcher-kva.example/", True),
    ([], True, "http://1.1.1.1/", False),
    ([], True, "http://public.example/", False),
    (["public.example"], True, "http://public.example/", True),
    (["93.184.216.0/24"], True, "http://public.example/", True),
    (["93.184.216.0/24"], True, "http://two.example/", False),
    (["10.0.0.0/8"], True, "http://10.0.0.1/", True),
    (["0.0.0.0/0"], True, "http://10.0.0.1/", True),
]


@pytest.mark.parametrize(("entries", "allow_only", "url", "allowed"), CASES)
def test_each_entry_allows_exactly_what_it_names(
    entries: list[str], allow_only: bool, url: str, allowed: bool, resolve
) -> None:
    resolve("ten.example", "10.0.0.1")
    resolve("sub.ten.example", "10.0.0.1")
    resolve("ten-and-loopback.example", "10.0.0.1", "127.0.0.1")
    resolve("loopback.example", "127.0.0.1", "::1")
    resolve("metadata.example", "169.254.169.254")
    resolve("multicast.example", "224.0.0.1")
    resolve("mapped.example", "::ffff:10.0.0.1")
    resolve("xn--bcher-kva.example", "10.0.0.1")
    resolve("public.example", "93.184.216.34")
    resolve("two.example", "93.184.216.34", "93.184.217.34")
    judged = check_target(url, Policy.read(entries, allow_only=allow_only))
    assert isinstance(judged, Allowed) is allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/sandbox/", True),
        ("http://127.0.0.1:8001/", False),
        ("https://127.0.0.1:8000/", False),
        ("http://localhost:8000/", False),
        ("http://127.0.0.2:8000/", False),
        ("http://[::1]:8000/", False),
        ("http://[::ffff:127.0.0.1]:8000/", False),
        ("http://127.0.0.1/", False),
        ("http://1.1.1.1/", True),
    ],
)
def test_the_own_origin_matches_exactly(url: str, allowed: bool, resolve) -> None:
    resolve("localhost", "127.0.0.1")
    policy = Policy.read(own_origins=["http://127.0.0.1:8000"])
    assert isinstance(check_target(url, policy), Allowed) is allowed


def test_the_own_origin_is_allowed_under_allow_only() -> None:
    policy = Policy.read(allow_only=True, own_origins=["http://127.0.0.1:8000"])
    assert isinstance(check_target("http://127.0.0.1:8000/", policy), Allowed)


@pytest.mark.parametrize(
    "word",
    [
        "10.0.0.0/33",
        "10.0.0.1/8",
        "10.0.0",
        "foo/8",
        "*.example",
        "http://a/",
        "a,b",
        "a:0",
        "a:",
        "a:99999",
        "[fd00::1",
        "fd00::1%eth0",
        "０.0.0.0/0",
        "user@a",
        ".",
    ],
)
def test_an_invalid_entry_is_named(word: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"\.$") as caught:
        Policy.read([word])
    assert repr(word) in str(caught.value)


def test_an_error_does_not_repeat_the_password_of_an_invalid_proxy() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        Policy.read(egress_proxy="socks5://user:hunter2@proxy:1")
    assert "hunter2" not in str(caught.value)


def test_a_file_without_certificates_is_refused(tmp_path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(InvalidPolicy):
            Policy.read(ca_file=str(tmp_path / name))


def test_a_refusal_does_not_reveal_the_address_behind_a_name(resolve) -> None:
    resolve("secret.example", "10.11.12.13")
    judged = check_target("http://secret.example:22/", Policy())
    assert isinstance(judged, GuardRefusal)
    assert "10.11" not in judged.message
    assert judged.message == check_target("http://secret.example:23/", Policy()).message


ALLOW = "An administrator can allow it with PLAYGROUND_ALLOW_"


@pytest.mark.parametrize(
    ("url", "answer", "remedy"),
    [
        ("http://10.1.2.3/", "", f"{ALLOW}NETWORKS=10.1.2.3."),
        ("http://inner.example/", "10.1.2.3", f"{ALLOW}HOSTS=inner.example."),
        ("http://169.254.169.254/", "", ""),
        ("http://meta.example/", "169.254.169.254", ""),
        ("http://a b/", "", ""),
    ],
)
def test_the_remedy_is_a_setting_that_works(resolve, url: str, answer: str, remedy: str) -> None:
    if answer:
        resolve(url.split("/")[2], answer)
    refused = check_target(url, Policy.read())
    assert isinstance(refused, GuardRefusal)
    assert refused.remedy == remedy
    failure = send_call(Call("GET", url), Policy.read(), Limits(connect_seconds=1))
    assert isinstance(failure, Failure)
    assert failure.message.endswith(remedy or ".")
    if remedy:
        allowed = Policy.read([remedy.partition("=")[2].rstrip(".")])
        assert isinstance(check_target(url, allowed), Allowed)
