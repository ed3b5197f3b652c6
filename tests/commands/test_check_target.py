"""`manage.py check_target` reports what Send would do, by the same code."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from playground.sending import policy
from tests.network.conftest import resolve  # noqa: F401


def check(url: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("check_target", url, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


def test_an_allowed_target_shows_its_url_and_addresses(resolve) -> None:  # noqa: F811
    resolve("xn--bcher-kva.example", "93.184.216.34", "2606:4700::1111")
    assert check("HTTPS://Bücher.example:443") == (
        "allowed: https://xn--bcher-kva.example/ 93.184.216.34 2606:4700::1111\n",
        0,
    )


def test_a_refused_target_shows_why(resolve) -> None:  # noqa: F811
    resolve("inner.example", "10.0.0.1")
    assert check("http://inner.example/") == (
        "refused: The name inner.example resolves to a private address, "
        "which isn't allowed here.\n",
        1,
    )
    assert check("http://127.0.0.1\\@example.com/")[1] == 1
    assert check("http://nowhere.example/")[1] == 1


def test_the_settings_decide(settings, resolve) -> None:  # noqa: F811
    resolve("inner.example", "10.0.0.1")
    settings.ALLOW_NETWORKS = ["10.0.0.0/8:81"]
    settings.ALLOW_HOSTS = ["localhost"]
    assert check("http://inner.example:81/")[1] == 0
    assert check("http://inner.example/")[1] == 1
    settings.ALLOW_ONLY = True
    assert check("http://1.1.1.1/")[1] == 1
    settings.ALLOW_NETWORKS = ["nonsense/9"]
    with pytest.raises(CommandError, match="nonsense"):
        check("http://1.1.1.1/")


def test_the_announced_origin_is_the_sandbox(monkeypatch, settings) -> None:
    monkeypatch.setattr(policy, "_announced", set())
    settings.SANDBOX_ORIGIN = ""
    assert check("http://127.0.0.1:8123/sandbox/")[1] == 1
    policy.announce_origin("http://127.0.0.1:8123")
    assert policy.current_origin() == "http://127.0.0.1:8123"
    assert check("http://127.0.0.1:8123/sandbox/")[1] == 0
    assert check("http://127.0.0.1:8124/sandbox/")[1] == 1


def test_the_limits_come_from_the_settings(settings) -> None:
    settings.TOTAL_SECONDS = 7.5
    settings.MAX_REPLY_BYTES = 99
    limits = policy.current_limits()
    assert (limits.total_seconds, limits.wire_bytes) == (7.5, 99)
