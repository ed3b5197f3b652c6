"""What is known of an attached file is asked for once, and forgotten with the file."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.workspace.files import describe_files, forget_file, keep_file

pytestmark = pytest.mark.django_db


def test_it_is_asked_once_and_forgotten_with_the_file(settings, tmp_path) -> None:
    settings.FILES = tmp_path
    file = keep_file([b"HELLO"], "a.txt", "text/plain", None)
    text = f'["{{{{file:{file.id}}}}}", "{{{{file:fgone}}}}"]'
    assert describe_files(text)[file.id].size == 5
    unknown_again = f'["{{{{file:{file.id}}}}}"]'
    with CaptureQueriesContext(connection) as seen:
        assert list(describe_files(unknown_again)) == [file.id]
    assert len(seen) == 0
    forget_file(file)
    assert describe_files(text) == {}
