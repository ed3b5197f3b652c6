"""PLAYGROUND_FILES_URL and the variables of AWS are all that a bucket needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.settings import HOME
from playground.vault.file_storage import file_storage
from playground.vault.sealed_files import MARK
from tests.buckets import KEYS

STORE = """
from playground.commands.startup import check_files
from playground.workspace.files import find_damage, store_file
check_files()
file = store_file([b"hello"], "a.txt", "text/plain", None)
print(file.digest, find_damage(file) or "readable")
"""


def run(data: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PLAYGROUND_", "AWS_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=HOME,
        env=inherited | {"PLAYGROUND_DATA": str(data)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("log_level", ["info", "debug"])
def test_a_bucket_is_used_by_settings_alone(
    bucket: str, bucket_server: str, tmp_path: Path, log_level: str
) -> None:
    data = tmp_path / "data"
    assert run(data, "migrate", "--verbosity", "0").returncode == 0
    variables = {
        "PLAYGROUND_FILES_URL": f"s3://{bucket}/a/prefix/",
        "PLAYGROUND_LOG_LEVEL": log_level,
        "AWS_ENDPOINT_URL": bucket_server,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": KEYS["access_key"],
        "AWS_SECRET_ACCESS_KEY": KEYS["secret_key"],
    }
    done = run(data, "shell", "--verbosity", "0", "-c", STORE, **variables)
    digest, state = done.stdout.split()
    assert state == "readable"
    with file_storage().open(f"{digest[:2]}/{digest}") as stored:
        assert stored.read().startswith(MARK)
    assert list((data / "files").iterdir()) == []
    assert not any(key in done.stderr for key in KEYS.values())


def test_a_bucket_without_keys_is_one_sentence(bucket_server: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "migrate", "--verbosity", "0").returncode == 0
    done = run(
        data,
        "shell",
        "--verbosity",
        "0",
        "-c",
        STORE,
        PLAYGROUND_FILES_URL="s3://some-bucket",
        AWS_ENDPOINT_URL=bucket_server,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"),
        AWS_CONFIG_FILE=str(tmp_path / "none"),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "The bucket some-bucket can't be used: Unable to locate credentials. "
        "Check PLAYGROUND_FILES_URL and the AWS settings, then try again."
    )
