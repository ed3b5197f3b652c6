"""Tests of backups run for files in a folder and in a bucket."""

from tests.buckets import attachments, bucket, bucket_server

__all__ = ["attachments", "bucket", "bucket_server"]
