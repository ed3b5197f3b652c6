"""`manage.py check_installation`: every part, sound and broken, and the exit status."""

import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils import timezone

from playground.commands import installation
from playground.commands.installation import DATABASE_PARTS, PARTS, Level, check_installation
from playground.commands.settings_checks import CHECKS, check_workers
from playground.engine.models import Process
from playground.engine.processes import identify_process
from tests.buckets import use_bucket
from tests.commands.test_serve import run, served
from tests.mail_server import run_mail_server
from tests.postgresql import find_free_port

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM
Usage = namedtuple("Usage", "total used free")


def find(part: str) -> list[tuple[Level, str]]:
    """What was found about one part."""
    return [(each.level, each.message) for each in check_installation() if each.part == part]


@pytest.mark.parametrize(
    ("changed", "part", "level", "text"),
    [
        ({}, "Addresses", OK, "fit together"),
        ({}, "HTTPS", OK, "fit together"),
        ({}, "Machines", OK, "fit together"),
        ({}, "Mail server", OK, "fit together"),
        (
            {"EMAIL_HOST": "mail.example", "EMAIL_HOST_USER": "ada", "SMTP_TLS": "none"},
            "Mail server",
            WARNING,
            "crosses the network unencrypted",
        ),
        (
            {"EMAIL_HOST": "127.0.0.1", "EMAIL_HOST_USER": "ada", "SMTP_TLS": "none"},
            "Mail server",
            OK,
            "fit together",
        ),
        ({"BEHIND_PROXY": True}, "Addresses", PROBLEM, "PLAYGROUND_ORIGINS isn't"),
        ({"HOST": "0.0.0.0"}, "Addresses", PROBLEM, "Set PLAYGROUND_ORIGINS"),
        (
            {"HOST": "::", "ALLOWED_HOSTS": ["play.example"]},
            "Addresses",
            WARNING,
            "without a reverse proxy",
        ),
        ({"ALLOWED_HOSTS": ["*"]}, "Addresses", WARNING, "PLAYGROUND_HOSTS allows every"),
        ({"HTTPS": True}, "HTTPS", PROBLEM, "nobody can sign in over http"),
        ({"ORIGINS": ["https://play.example"]}, "HTTPS", WARNING, "PLAYGROUND_HTTPS is no"),
        (
            {"ORIGINS": ["https://play.example"], "HTTPS": True},
            "HTTPS",
            WARNING,
            "PLAYGROUND_BEHIND_PROXY is no",
        ),
        (
            {
                "ORIGINS": ["https://play.example", "http://play.example"],
                "HTTPS": True,
                "BEHIND_PROXY": True,
            },
            "HTTPS",
            WARNING,
            "mixes http and https addresses",
        ),
        ({"DEBUG": True}, "HTTPS", WARNING, "Unset PLAYGROUND_DEBUG"),
        (
            {"DEBUG": True, "ORIGINS": ["http://play.example"]},
            "HTTPS",
            PROBLEM,
            "Unset PLAYGROUND_DEBUG",
        ),
    ],
)
@pytest.mark.django_db
def test_settings_that_do_not_fit_together(settings, changed, part, level, text) -> None:
    settings.ORIGINS, settings.BEHIND_PROXY, settings.DEBUG = [], False, False
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    for name, value in changed.items():
        setattr(settings, name, value)
    found = find(part)
    assert [each for each, message in found if text in message] == [level], found


@pytest.mark.parametrize(
    ("engine", "text"),
    [("sqlite3", "Set PLAYGROUND_DATABASE_URL"), ("postgresql", "Set PLAYGROUND_FILES_URL")],
)
def test_workers_elsewhere_need_shared_data(settings, monkeypatch, engine, text) -> None:
    settings.BROKER_URL = "redis://127.0.0.1/0"
    backend = f"django.db.backends.{engine}"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", backend)
    [warning] = check_workers(None)
    assert not warning.is_serious()
    assert text in warning.hint


def test_the_checks_of_settings_are_system_checks_too(settings) -> None:
    settings.BEHIND_PROXY = True
    call_command("check")
    with pytest.raises(SystemCheckError, match="PLAYGROUND_ORIGINS isn't"):
        call_command("check", "--deploy", "--tag", "installation")


@pytest.mark.django_db
def test_the_data_folder_must_be_writable(settings, tmp_path: Path) -> None:
    assert find("Data folder")[0][0] == OK
    settings.DATA = tmp_path / "gone"
    [(level, message)] = find("Data folder")
    assert level == PROBLEM
    assert str(settings.DATA) in message


@pytest.mark.parametrize(
    ("free", "level", "text"),
    [
        (5_000_000_000, OK, "5.0 GB are free"),
        (900_000_000, WARNING, "Only 0.9 GB"),
        (1000, PROBLEM, "is full"),
    ],
)
@pytest.mark.django_db
def test_the_disk_needs_space(monkeypatch, free, level, text) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**10, 0, free))
    found = find("Disk")
    assert found
    assert all(each == level and text in message for each, message in found)


@pytest.mark.django_db
def test_files_that_others_can_open_are_named(settings, tmp_path: Path) -> None:
    key, settings.DATA = tmp_path / "secrets.key", tmp_path
    settings.STATIC_ROOT = settings.MEDIA_ROOT = tmp_path / "none"
    tmp_path.chmod(0o700)
    key.touch(0o600)
    assert find("Privacy") == [(OK, "Only this user can open the database, keys and files.")]
    key.chmod(0o644)
    tmp_path.chmod(0o755)
    assert [level for level, _ in find("Privacy")] == [PROBLEM, WARNING]
    assert f"chmod 600 {key}" in find("Privacy")[0][1]


@pytest.mark.django_db
def test_the_source_of_the_keys_is_named(settings, monkeypatch) -> None:
    found = dict(enumerate(message for _, message in find("Keys")))
    assert found[0] == f"PLAYGROUND_SIGNING_KEY comes from {settings.DATA / 'signing.key'}."
    monkeypatch.setenv("PLAYGROUND_SECRET_KEYS", "a-key")
    assert find("Keys")[1] == (OK, "PLAYGROUND_SECRET_KEYS comes from the environment.")


@pytest.mark.django_db
def test_a_key_that_does_not_fit_the_data_is_a_problem(settings) -> None:
    call_command("seed_practice")
    assert find("Encryption")[0][0] == OK
    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    [(level, message)] = find("Encryption")
    assert level == PROBLEM
    assert "doesn't match the data" in message


@pytest.mark.django_db
def test_network_settings_must_be_readable(settings) -> None:
    assert find("Network")[0][0] == OK
    settings.ALLOW_NETWORKS = ["10.0.0.0/99"]
    [(level, message)] = find("Network")
    assert (level, message.startswith("PLAYGROUND_ALLOW_NETWORKS: ")) == (PROBLEM, True)


@pytest.mark.django_db
def test_attached_files_must_be_storable(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    [(level, message)] = find("Attached files")
    assert (level, str(tmp_path) in message) == (OK, True)
    assert list(settings.MEDIA_ROOT.iterdir()) == []
    use_bucket(settings, "some-bucket", endpoint_url=f"http://127.0.0.1:{find_free_port()}")
    [(level, message)] = find("Attached files")
    assert (level, "PLAYGROUND_FILES_URL" in message) == (PROBLEM, True)


@pytest.mark.django_db
def test_static_files_must_be_collected(settings, tmp_path: Path, monkeypatch) -> None:
    settings.STATIC_ROOT = tmp_path
    monkeypatch.setattr(installation, "fingerprint_static", lambda: "now")
    assert "aren't collected" in find("Static files")[0][1]
    (tmp_path / "staticfiles.json").touch()
    (tmp_path / "collected").write_text("before")
    [(level, message)] = find("Static files")
    assert (level, "another version" in message) == (WARNING, True)
    (tmp_path / "collected").write_text("now")
    assert find("Static files")[0][0] == OK


@pytest.mark.django_db
def test_a_sound_database_is_ok() -> None:
    findings = list(check_installation())
    assert {each.part for each in findings} == {
        *CHECKS.values(),
        *PARTS,
        *DATABASE_PARTS,
        "Database",
    }
    assert {each.level for each in findings if each.part == "Database"} == {OK}


@pytest.mark.parametrize(("mode", "levels"), [("WAL", [OK]), ("DELETE", [OK, WARNING])])
@pytest.mark.django_db
def test_a_database_without_write_ahead_log_is_named(monkeypatch, tmp_path, mode, levels) -> None:
    path = tmp_path / "playground.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode={mode}")
        database.execute("CREATE TABLE one (number)")
    monkeypatch.setattr(installation, "find_database_file", lambda: path)
    assert [level for level, _ in find("Database")] == levels


def test_the_mail_server_is_tried(settings) -> None:
    settings.EMAIL_HOST = ""
    assert find("E-mail") == [(OK, "PLAYGROUND_SMTP_HOST isn't set: no e-mails are sent.")]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with run_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        [(level, message)] = find("E-mail")
        assert (level, "manage.py send_test_mail" in message) == (OK, True)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "p4ssword"
        server.refused["AUTH"] = "535 no"
        [(level, message)] = find("E-mail")
    assert level == PROBLEM
    assert "refused the user or the password" in message
    assert "p4ssword" not in message


@pytest.mark.django_db
def test_missing_migrations_are_counted(monkeypatch) -> None:
    monkeypatch.setattr(installation, "list_missing", lambda applied: ["a.0001", "a.0002"])
    [(level, message)] = find("Database")
    assert (level, "2 migrations are missing" in message) == (WARNING, True)
    assert find("Not checked")[0][0] == WARNING


@pytest.mark.django_db
def test_a_database_that_fails_hides_nothing_else(monkeypatch) -> None:
    def fail() -> None:
        raise DatabaseError("with a password")

    monkeypatch.setattr(installation, "check_applied", fail)
    findings = list(check_installation())
    [database] = [each for each in findings if each.part == "Database"]
    assert database.level == PROBLEM
    assert "password" not in database.message
    assert {each.part for each in findings} >= {*PARTS, "Not checked"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "60 s ahead of"), (-3600, "3600 s behind"), (0, "agree")]
)
@pytest.mark.django_db
def test_clocks_that_differ_are_named(seconds, text) -> None:
    # It goes on, as the database's does: what is checked before takes its time.
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True):
        [(level, message)] = find("Clock")
    assert (level, text in message) == (WARNING if seconds else OK, True)


@pytest.mark.django_db
def test_without_a_broker_no_workers_are_needed() -> None:
    assert [find(part)[0][0] for part in ("Broker", "Workers")] == [OK, OK]


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named_without_its_password(scheme, tmp_path) -> None:
    url = f"{scheme}://user:hush-hush@127.0.0.1:{find_free_port()}/"
    code, out, err = run(tmp_path, "check_installation", BROKER_URL=url)
    [line] = [line for line in out.splitlines() if " Broker: " in line]
    assert (code, line.startswith("problem")) == (1, True)
    assert f"{scheme}://user:**@127.0.0.1:" in line
    assert "hush-hush" not in out + err


@pytest.mark.parametrize(("age", "level"), [(5, OK), (40, PROBLEM), (None, PROBLEM)])
@pytest.mark.django_db
def test_workers_must_have_been_seen(settings, monkeypatch, age, level) -> None:
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(installation, "_check_broker", lambda: iter(()))
    monkeypatch.setitem(PARTS, "Broker", installation._check_broker)
    if age is not None:
        seen = Now() - timedelta(seconds=age)
        Process.objects.create(name="elsewhere/1/1", kind="worker", started_at=seen, seen_at=seen)
    assert find("Workers")[0][0] == level


@pytest.mark.django_db
def test_the_sandbox_must_have_an_address(settings) -> None:
    assert find("Sandbox")[0][0] == WARNING
    origin = "http://127.0.0.1:8000"
    Process.objects.create(
        name=identify_process(), kind="web", origin=origin, started_at=Now(), seen_at=Now()
    )
    assert find("Sandbox") == [(OK, f"The running server serves the sandbox at {origin}.")]
    settings.SANDBOX_ORIGIN = "http://10.0.0.1"
    assert find("Sandbox") == [(OK, "PLAYGROUND_SANDBOX_ORIGIN: http://10.0.0.1")]


def test_an_empty_folder_has_warnings_only_and_stays_empty(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "check_installation")
    assert (code, err) == (0, "")
    assert "playground.sqlite3 doesn't exist yet." in out
    assert not (tmp_path / "playground.sqlite3").exists()
    with served(tmp_path) as (origin, _):
        code, out, err = run(tmp_path, "check_installation")
    assert (code, err) == (0, "")
    assert out.endswith("Problems: 0. Warnings: 0.\n"), out
    assert f"serves the sandbox at {origin}." in out
    (tmp_path / "playground.sqlite3").write_text("no database")
    code, out, err = run(tmp_path, "check_installation")
    assert (code, err) == (1, "")
    assert "isn't a SQLite database" in out


def test_a_dead_database_server_is_a_problem_and_no_trace(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgres://user:hush-hush@127.0.0.1:{find_free_port()}/playground"
    code, out, err = run(tmp_path, "check_installation", DATABASE_URL=url)
    assert (code, err) == (1, "")
    assert "problem  Database: The PostgreSQL database playground at 127.0.0.1:" in out
    assert "hush-hush" not in out
    assert "Not checked: Encryption" in out
