"""An invalid setting stops the start with a message that names it."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from playground import environment as env
from playground import mail_environment as mail


def put(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PLAYGROUND_{name}", value)


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    put(monkeypatch, "HTTPS", value)
    with pytest.raises(env.Misconfigured, match="PLAYGROUND_HTTPS must be yes or no, not"):
        env.read_flag("HTTPS")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("abc", "must be a number, not 'abc'."),
        ("nan", "must be between 0 and 65535, not nan."),
        ("-1", "must be between 0 and 65535, not -1."),
        ("70000", "must be between 0 and 65535, not 70000."),
        ("inf", "must be between 0 and 65535, not inf."),
        ("1.5", "must be a whole number, not 1.5."),
    ],
)
def test_a_port_is_a_whole_number_in_its_range(
    monkeypatch: pytest.MonkeyPatch, value: str, problem: str
) -> None:
    put(monkeypatch, "PORT", value)
    with pytest.raises(env.Misconfigured) as caught:
        env.read_integer("PORT", 8000, maximum=65535)
    assert str(caught.value) == f"PLAYGROUND_PORT {problem}"


def test_a_number_without_an_upper_bound_has_a_lower_one(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "THREADS", "0")
    with pytest.raises(env.Misconfigured, match="PLAYGROUND_THREADS must be at least 1, not 0"):
        env.read_integer("THREADS", 8, minimum=1)


@pytest.mark.parametrize("value", ["abc", "https://x", "oPVTnL0UaJU37dyGKj4wWO5t7ncQxSFSQILNc"])
def test_a_garbled_key_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    good = Fernet.generate_key().decode()
    put(monkeypatch, "SECRET_KEYS", f"{good} {value}")
    with pytest.raises(env.Misconfigured, match="key 2 isn't a Fernet key") as caught:
        env.read_secret_keys("SECRET_KEYS", tmp_path / "secrets.key")
    assert value not in str(caught.value)


def test_a_garbled_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secrets.key"
    path.write_text("garbled")
    with pytest.raises(env.Misconfigured, match=str(path)):
        env.read_secret_keys("SECRET_KEYS", path)
    path.write_text("\n")
    with pytest.raises(env.Misconfigured, match="is empty"):
        env.read_secret_keys("SECRET_KEYS", path)


def test_a_key_is_created_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.key"
    first = env.read_secret_keys("SECRET_KEYS", path)
    assert env.read_secret_keys("SECRET_KEYS", path) == first
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["example.com", "ftp://x", "https://x/path", "https://"])
def test_an_origin_is_a_complete_url(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    put(monkeypatch, "ORIGINS", value)
    with pytest.raises(env.Misconfigured, match="PLAYGROUND_ORIGINS"):
        env.read_origins("ORIGINS")


def test_the_hosts_of_origins_are_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "ORIGINS", "https://a.example/, http://b.example:81")
    origins = env.read_origins("ORIGINS")
    assert origins == ["https://a.example", "http://b.example:81"]
    assert env.list_hosts(origins) == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "url", ["mysql://a:secret@b/c", "nonsense", "postgres://a:secret@b:port/c"]
)
def test_a_database_url_of_another_kind_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    put(monkeypatch, "DATABASE_URL", url)
    with pytest.raises(
        env.Misconfigured, match="PLAYGROUND_DATABASE_URL must be postgres"
    ) as caught:
        env.read_database("DATABASE_URL", tmp_path / "db.sqlite3")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["amqp://a:hush@b:5672//", "amqps://b/vhost", "redis://b:6379/0", "rediss://:hush@b"]
)
def test_a_broker_is_given_as_a_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    put(monkeypatch, "BROKER_URL", f" {url} ")
    assert env.read_broker("BROKER_URL") == url
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(env.Misconfigured, match="requirements-celery") as caught:
        env.read_broker("BROKER_URL")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["kafka://a:hush@b", "redis://", "hush", "amqp://a:hush@b:port//", "redis://[hush/0"]
)
def test_a_broker_url_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    put(monkeypatch, "BROKER_URL", url)
    with pytest.raises(env.Misconfigured, match="PLAYGROUND_BROKER_URL must be amqp") as caught:
        env.read_broker("BROKER_URL")
    assert "hush" not in str(caught.value)


BUCKETS = {
    "s3://bucket": ("bucket", ""),
    "s3://my.bucket/": ("my.bucket", ""),
    "s3://my-bucket/a/b/": ("my-bucket", "a/b"),
}


@pytest.mark.parametrize("value", BUCKETS)
def test_a_bucket_is_given_as_a_url(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    put(monkeypatch, "FILES_URL", value)
    options = env.read_file_storage("FILES_URL")["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == BUCKETS[value]


@pytest.mark.parametrize(
    "value", ["/data/files", "https://s3.example/b", "s3://", "s3://key:hush@bucket", "s3://b/?x=1"]
)
def test_a_bucket_url_of_another_kind_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    put(monkeypatch, "FILES_URL", value)
    with pytest.raises(env.Misconfigured) as caught:
        env.read_file_storage("FILES_URL")
    assert str(caught.value) == (
        "PLAYGROUND_FILES_URL must be s3://BUCKET or s3://BUCKET/PREFIX, without keys."
    )


def test_without_its_client_a_bucket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "FILES_URL", "s3://bucket")
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(env.Misconfigured, match=r"pip install -r requirements-s3\.txt"):
        env.read_file_storage("FILES_URL")


def test_without_a_database_url_sqlite_is_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLAYGROUND_DATABASE_URL", raising=False)
    read = env.read_database("DATABASE_URL", tmp_path / "db.sqlite3")
    assert (read["ENGINE"], read["NAME"]) == (
        "django.db.backends.sqlite3",
        tmp_path / "db.sqlite3",
    )


@pytest.mark.django_db
def test_the_tests_run_on_the_database_they_were_given() -> None:
    """Otherwise the tests for PostgreSQL could run on SQLite, and pass."""
    url = os.environ.get("PLAYGROUND_TEST_DATABASE_URL")
    assert connection.vendor == ("postgresql" if url else "sqlite")


def test_a_token_is_long_enough_to_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.read_token("METRICS") == ""
    put(monkeypatch, "METRICS", "short")
    with pytest.raises(env.Misconfigured, match="PLAYGROUND_METRICS is too short"):
        env.read_token("METRICS")
    put(monkeypatch, "METRICS", " sixteen-letters1 ")
    assert env.read_token("METRICS") == "sixteen-letters1"


@pytest.mark.parametrize("value", ["10.2.0.1/16", "example.com", "10.2.0.0/16 0.0.0.0/33"])
def test_networks_are_networks(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    put(monkeypatch, "METRICS_NETWORKS", value)
    message = "PLAYGROUND_METRICS_NETWORKS must be addresses or networks"
    with pytest.raises(env.Misconfigured, match=message):
        env.read_networks("METRICS_NETWORKS")
    put(monkeypatch, "METRICS_NETWORKS", "10.2.0.0/16, ::1")
    assert [str(each) for each in env.read_networks("METRICS_NETWORKS")] == [
        "10.2.0.0/16",
        "::1/128",
    ]


@pytest.mark.parametrize(
    "sender", ["nobody", "a@b@c", "a@example.com\nBcc: b@example.com", "<>", "x <y>"]
)
def test_the_sender_of_emails_is_one_address(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    put(monkeypatch, "SMTP_FROM", sender)
    with pytest.raises(env.Misconfigured, match="SMTP_FROM must be an address"):
        mail.read_sender("SMTP_FROM", "", is_needed=True)


def test_a_sender_is_needed_with_a_mail_server_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mail.read_sender("SMTP_FROM", "", is_needed=False) == ""
    assert mail.read_sender("SMTP_FROM", "me@example.com", is_needed=True) == "me@example.com"
    with pytest.raises(env.Misconfigured, match="SMTP_FROM must be an address"):
        mail.read_sender("SMTP_FROM", "", is_needed=True)
    put(monkeypatch, "SMTP_FROM", " Our Playground <us@example.com> ")
    found = mail.read_sender("SMTP_FROM", "", is_needed=True)
    assert found == "Our Playground <us@example.com>"


def test_a_password_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert mail.read_first_line("SMTP_PASSWORD_FILE") == ""
    file = tmp_path / "password"
    file.write_text("pass word\nmore\n")
    put(monkeypatch, "SMTP_PASSWORD_FILE", str(file))
    assert mail.read_first_line("SMTP_PASSWORD_FILE") == "pass word"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(env.Misconfigured, match=r"SMTP_PASSWORD_FILE names .* can't be read"):
        mail.read_first_line("SMTP_PASSWORD_FILE")
    put(monkeypatch, "SMTP_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(env.Misconfigured, match="can't be read"):
        mail.read_first_line("SMTP_PASSWORD_FILE")
