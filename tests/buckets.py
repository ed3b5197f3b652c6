"""Attached files in a folder or in a bucket of moto's S3 server: fixtures for tests of both."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from playground.vault import bucket_storage

KEYS = {"access_key": "an-access-key", "secret_key": "a-secret-access-key"}


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """The URL of an S3 server without buckets.

    It handles one request at a time: moto fails when two of them replace the same object.
    """
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def bucket(
    bucket_server: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Attached files are in a new bucket, whose name is returned."""
    # The server shares this process with the tests, and a busy machine with others.
    patient = bucket_storage.CONFIG.merge(
        bucket_storage.Config(connect_timeout=60, read_timeout=60)
    )
    monkeypatch.setattr(bucket_storage, "CONFIG", patient)
    settings.MEDIA_ROOT = tmp_path / "files"
    name = f"files-{uuid.uuid4()}"
    client = boto3.client(
        "s3",
        endpoint_url=bucket_server,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    client.create_bucket(Bucket=name)
    use_bucket(settings, name, endpoint_url=bucket_server)
    return name


@pytest.fixture(params=["folder", "bucket"])
def attachments(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """Where attached files are; a test with this fixture runs for both."""
    settings.MEDIA_ROOT = tmp_path / "files"
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


def use_bucket(settings: Any, name: str, **options: Any) -> None:
    """Let attached files be in a bucket, by a storage that is made anew."""
    options = {"bucket_name": name, "location": "a/prefix", **KEYS, **options}
    storage = {"BACKEND": "playground.vault.bucket_storage.BucketStorage", "OPTIONS": options}
    settings.FILES_URL = f"s3://{name}/a/prefix"
    settings.STORAGES = {**settings.STORAGES, "attachments": storage}
