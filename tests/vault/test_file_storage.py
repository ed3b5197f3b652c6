"""Attached files in a folder or a bucket: stored once, whole or not at all, failures explained."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.management import CommandError
from django.db import connections
from django.utils import timezone

from playground.calls.substitution import AssemblyError
from playground.commands.data_state import explain_for_terminal
from playground.commands.startup import check_files, remove_unused_files
from playground.vault import bucket_storage
from playground.vault.file_storage import file_storage, list_names, name_of, probe_files
from playground.vault.rotation import rotate_files
from playground.vault.sealed_files import MARK, PIECE
from playground.vault.storage_errors import Cause, FilesUnavailable, explain_storage_error
from playground.workspace.files import (
    delete_file,
    delete_unused_files,
    find_damage,
    open_file,
    read_pieces,
    store_file,
)
from playground.workspace.models import File
from tests.buckets import KEYS, use_bucket
from tests.vault.stored_files import delete_stored, is_stored, read_stored

pytestmark = pytest.mark.django_db
# More than one part of an upload.
LARGE = 9_000_000


def keep(data: bytes, name: str = "a.csv") -> File:
    return store_file([data[n : n + 65_536] for n in range(0, len(data), 65_536)], name, "", None)


def test_a_large_file_is_stored_and_read_whole(attachments) -> None:
    data = bytes(range(256)) * (LARGE // 256)
    file = keep(data)
    assert list_names() == [name_of(file.digest)]
    assert read_stored(file).startswith(MARK)
    assert b"".join(read_pieces(file)) == data
    assert find_damage(file) == ""
    found = open_file(file.id)
    assert found is not None
    assert b"".join(found.pieces) == data
    assert rotate_files() == 1
    assert find_damage(file) == ""


def test_a_file_whose_bytes_are_gone_is_damaged(attachments, caplog) -> None:
    file = keep(b"x")
    delete_stored(file)
    assert find_damage(file) == "its bytes are missing"
    assert name_of(file.digest) in caplog.text
    assert open_file(file.id) is None


def test_unused_files_are_deleted_with_their_bytes(attachments) -> None:
    one, twin, other = keep(b"same"), keep(b"same"), keep(b"other")
    delete_file(twin)
    assert is_stored(one)
    File.objects.filter(pk=other.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert delete_unused_files() == 1
    assert list_names() == [name_of(one.digest)]


def test_bytes_stored_again_survive_a_second_deletion_of_the_first_file(attachments) -> None:
    file = keep(b"same")
    first, second = File.objects.get(), File.objects.get()
    delete_file(first)
    # As between the two steps of an upload, but with its row still missing.
    again = keep(b"same")
    File.objects.all().delete()
    delete_file(second)
    assert is_stored(again)
    assert file.digest == again.digest


def test_bytes_deleted_before_are_no_error(attachments) -> None:
    file = keep(b"x")
    delete_stored(file)
    delete_file(file)
    assert not File.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_are_both_readable(attachments) -> None:
    together = threading.Barrier(4)

    def upload(number: int) -> File:
        try:
            together.wait(30)
            return keep(b"same" * PIECE, f"{number}.csv")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(upload, range(4)))
    assert list_names() == [name_of(files[0].digest)]
    assert {find_damage(file) for file in files} == {""}


@pytest.mark.django_db(transaction=True)
def test_bytes_stored_again_while_they_are_deleted_stay(attachments) -> None:
    """Each deletes the last file with these bytes while the other stores them again."""
    for _ in range(5):
        former, together = keep(b"same"), threading.Barrier(2)

        def delete(file: File = former, together: threading.Barrier = together) -> None:
            try:
                together.wait(30)
                delete_file(file)
            finally:
                connections.close_all()

        thread = threading.Thread(target=delete)
        thread.start()
        together.wait(30)
        file = keep(b"same")
        thread.join()
        assert find_damage(file) == ""
        delete_file(file)


def test_files_move_to_a_bucket_as_they_are(settings, tmp_path, caplog, request) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    file = keep(b"x" * (PIECE + 1))
    check_files()
    assert not caplog.text
    stored = {name: file_storage().open(name).read() for name in list_names()}
    request.getfixturevalue("bucket")
    check_files()
    assert f"Attached files in {settings.MEDIA_ROOT} aren't used" in caplog.text
    assert find_damage(file) == "its bytes are missing"
    for name, data in stored.items():
        file_storage().save(name, ContentFile(data))
    assert find_damage(file) == ""


def test_a_failed_upload_leaves_no_row(attachments, monkeypatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(file_storage()), "_save", fail)
    with pytest.raises(OSError, match="No space") as failed:
        keep(b"x")
    assert not File.objects.exists()
    explained = explain_storage_error(failed.value)
    assert explained is not None
    assert explained.status == 507


def test_the_probe_leaves_nothing(attachments) -> None:
    probe_files()
    assert file_storage().listdir("") == ([], [])


@pytest.fixture
def broken(request: pytest.FixtureRequest, bucket_server: str, settings: Any, tmp_path) -> str:
    """A bucket that can't be used, in the way that a test is parametrized with."""
    settings.MEDIA_ROOT = tmp_path / "files"
    if request.param == "missing":
        use_bucket(settings, "no-such-bucket", endpoint_url=bucket_server)
    elif request.param == "down":
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        use_bucket(settings, "some-bucket", endpoint_url=address)
    else:
        use_bucket(settings, "some-bucket", endpoint_url="not a URL")
    return str(request.param)


CAUSES = {
    "missing": (Cause.FILES_REFUSED, "NoSuchBucket"),
    "down": (Cause.FILES_UNREACHABLE, "EndpointConnectionError"),
    "malformed": (Cause.FILES_REFUSED, "Invalid endpoint"),
}
ASKED = {
    "save": lambda: keep(b"x"),
    "read": lambda: find_damage(File(id="f1", digest="ab" * 32, size=1)),
    "delete": lambda: file_storage().delete("ab/cd"),
    "list": lambda: list_names(),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("broken", CAUSES, indirect=True)
def test_a_broken_bucket_is_explained(broken: str, asked: str, caplog) -> None:
    with pytest.raises(FilesUnavailable) as failed:
        ASKED[asked]()
    cause, reason = CAUSES[broken]
    assert failed.value.cause == cause
    assert reason in caplog.text
    explained = explain_storage_error(failed.value)
    assert explained is not None
    assert explained.status == 503
    assert "file storage" in explained.message
    assert explain_for_terminal(failed.value).endswith(
        "Check PLAYGROUND_FILES_URL and the AWS settings, then try again."
    )
    assert not any(key in caplog.text + str(failed.value) for key in KEYS.values())
    assert not File.objects.exists()


@pytest.mark.parametrize("broken", ["down"], indirect=True)
def test_a_bucket_that_does_not_answer_is_left_alone_for_seconds(broken, caplog) -> None:
    for _ in range(3):
        with pytest.raises(FilesUnavailable):
            list_names()
    assert caplog.text.count("EndpointConnectionError") == 1
    file_storage()._closed_until = 0.0  # type: ignore[attr-defined]
    with pytest.raises(FilesUnavailable):
        list_names()
    assert caplog.text.count("EndpointConnectionError") == 2


def test_a_server_that_never_answers_is_given_up(settings, tmp_path, monkeypatch) -> None:
    quick = bucket_storage.CONFIG.merge(bucket_storage.Config(read_timeout=0.2))
    monkeypatch.setattr(bucket_storage, "CONFIG", quick)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        use_bucket(settings, "some-bucket", endpoint_url=f"http://{host}:{port}")
        with pytest.raises(FilesUnavailable) as failed:
            list_names()
    assert failed.value.cause == Cause.FILES_UNREACHABLE
    assert "ReadTimeoutError" in str(failed.value)


@pytest.mark.parametrize("broken", ["missing", "malformed"], indirect=True)
def test_a_start_with_a_wrong_bucket_ends_with_a_sentence(broken) -> None:
    with pytest.raises(CommandError, match=r"The bucket .* Check PLAYGROUND_FILES_URL"):
        check_files()


@pytest.mark.parametrize("broken", ["down"], indirect=True)
def test_a_start_goes_on_without_a_bucket_that_does_not_answer(broken, caplog) -> None:
    File.objects.create(digest="ab" * 32, size=1)
    File.objects.update(created_at=timezone.now() - timedelta(days=1))
    check_files()
    remove_unused_files()
    assert "Attached files can't be used until it answers." in caplog.text
    assert "Unused files weren't deleted." in caplog.text
    assert File.objects.count() == 1


def test_wrong_keys_are_refused_and_not_logged(bucket: str, bucket_server: str, caplog) -> None:
    file = keep(b"x")
    requests.post(f"{bucket_server}/moto-api/reset-auth", data=b"0", timeout=30)
    try:
        with pytest.raises(FilesUnavailable, match="InvalidAccessKeyId") as failed:
            find_damage(file)
        with pytest.raises(AssemblyError) as unsent:
            open_file(file.id)
    finally:
        requests.post(f"{bucket_server}/moto-api/reset-auth", data=b"inf", timeout=30)
    assert failed.value.cause == Cause.FILES_REFUSED
    assert unsent.value.code == "file-unavailable"
    assert not any(key in caplog.text for key in KEYS.values())
    assert find_damage(file) == ""
