"""Headers of a pasted request that a draft doesn't store are listed."""

import pytest

from playground.drafts.pasting import list_ignored_headers
from playground.importers import Imported
from playground.openapi.operations import get_operation

URL = "https://api.example.com/v3"


@pytest.mark.parametrize(
    ("header", "listed"),
    [
        (("Host", "api.example.com"), []),
        (("host", "API.example.com:443"), []),
        (("Host", "evil.example"), ["Host"]),
        (("host", "api.example.com:8443"), ["host"]),
        (("Transfer-Encoding", "chunked"), ["Transfer-Encoding"]),
        (("Upgrade", "h2c"), ["Upgrade"]),
        (("Content-Length", "2"), []),
        (("Authorization", "x"), []),
    ],
)
def test_the_host_of_another_server_is_listed(header: tuple[str, str], listed: list[str]) -> None:
    found = Imported(kind="curl", url=URL, headers=(header,))
    assert list_ignored_headers(get_operation("launch-workflow"), found) == listed
