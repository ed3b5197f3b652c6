"""Sealed files in a bucket of S3, or of a server with the same API.

Django loads this by its name, only where PLAYGROUND_FILES_URL is set: other installations need no
boto3. Keys, region and endpoint come from the usual variables of AWS, which boto3 reads itself.
"""

from __future__ import annotations

import errno
import logging
import posixpath
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from playground.vault.storage_errors import Cause, FilesUnavailable

logger = logging.getLogger("playground.files")

# A page waits for these: a bucket that doesn't answer must cost seconds, not minutes.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 2, 5, 2
# How long nothing is asked of a bucket that couldn't be reached, so that a page with ten files
# waits for it once.
PAUSE_SECONDS = 5.0
CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    # All threads share the connections.
    max_pool_connections=50,
    # Other servers than AWS reject the checksums that boto3 would add. Ours are in the files.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# One part at a time: an upload takes 8 MB of memory at most.
TRANSFERS = TransferConfig(use_threads=False)
UNREACHABLE = (ConnectionError, HTTPClientError)
FULL_STATUS = 507
FULL_CODES = ("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded")


class BucketStorage(S3Storage):  # type: ignore[misc]
    """django-storages' S3 with time limits, streamed reading and errors that people understand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(client_config=CONFIG, transfer_config=TRANSFERS, **options)
        self._closed_until = float("-inf")

    @cached_property
    def connection(self) -> Any:
        """The resource, made once: in each thread, boto3 would read its description of S3 again."""
        try:
            return super().connection
        # Of an endpoint that isn't a URL.
        except ValueError as error:
            raise self._fail(Cause.FILES_REFUSED, str(error)) from None

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        # S3File would load the whole object before its first byte can be read.
        if mode != "rb":
            raise ValueError("A file in a bucket can't be changed, only saved as a whole.")
        with self.explained_errors():
            found = self.connection.meta.client.get_object(**self._address(name))
        return File(ObjectReader(self, found), name)  # type: ignore[arg-type]

    def _save(self, name: str, content: File[bytes]) -> str:
        with self.explained_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        # S3Storage would take a missing bucket for a missing file.
        with suppress(FileNotFoundError), self.explained_errors():
            self.connection.meta.client.delete_object(**self._address(name))

    def exists(self, name: str) -> bool:
        with self.explained_errors():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with self.explained_errors():
            return int(super().size(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with self.explained_errors():
            folders, files = super().listdir(path)
            return folders, files

    def _address(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": posixpath.join(self.location, name)}

    @contextmanager
    def explained_errors(self) -> Iterator[None]:
        """Raise FileNotFoundError or FilesUnavailable for the errors of boto3."""
        if time.monotonic() < self._closed_until:
            raise FilesUnavailable(Cause.FILES_UNREACHABLE, f"{self._where} doesn't answer.")
        try:
            yield
        except ClientError as error:
            raise self._explain_refusal(error) from None
        except UNREACHABLE as error:
            self._closed_until = time.monotonic() + PAUSE_SECONDS
            raise self._fail(Cause.FILES_UNREACHABLE, type(error).__name__) from None
        except IncompleteReadError:
            raise self._fail(Cause.FILES_UNREACHABLE, "the connection was cut") from None
        # Missing keys, or a profile that doesn't exist.
        except (BotoCoreError, Boto3Error) as error:
            raise self._fail(Cause.FILES_REFUSED, str(error).rstrip(".")) from None

    def _explain_refusal(self, error: ClientError) -> OSError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        # An answer to HEAD has no body, and so only the status as its code.
        if code in ("NoSuchKey", "404"):
            return FileNotFoundError(errno.ENOENT, "The bucket has no such file")
        # The code alone: a message of the server may repeat what was sent.
        reason = f"it answered {status} {code} to {error.operation_name}"
        if status == FULL_STATUS or code in FULL_CODES:
            return self._fail(Cause.FULL, reason)
        cause = Cause.FILES_UNREACHABLE if status >= 500 else Cause.FILES_REFUSED
        return self._fail(cause, reason)

    def _fail(self, cause: Cause, reason: str) -> FilesUnavailable:
        failure = FilesUnavailable(cause, f"{self._where} can't be used: {reason}.")
        logger.error("%s", failure)
        return failure

    @property
    def _where(self) -> str:
        return f"The bucket {self.bucket_name}"


class ObjectReader:
    """Reads an object from its beginning; memory holds only what was asked for."""

    def __init__(self, storage: BucketStorage, found: dict[str, Any]) -> None:
        self._storage, self._body = storage, found["Body"]
        self.size: int = found["ContentLength"]

    def read(self, size: int | None = None) -> bytes:
        with self._storage.explained_errors():
            data: bytes = self._body.read(size)
            return data

    def close(self) -> None:
        self._body.close()
