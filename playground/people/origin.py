"""The address that people open, for links that are read elsewhere: in a terminal or an e-mail."""

from contextlib import suppress
from pathlib import Path

from django.conf import settings

# A file in the data folder with the address of the running server, for other processes.
ADDRESS_FILE = "address"


def format_origin(host: str, port: int) -> str:
    # The wildcard addresses can be listened on, but not opened in every browser.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def remember_origin(origin: str) -> None:
    """Store the address of the running server for commands in another terminal."""
    (Path(settings.DATA) / ADDRESS_FILE).write_text(origin)


def forget_origin(origin: str) -> None:
    """Remove the stored address, unless another server has stored its own since."""
    path = Path(settings.DATA) / ADDRESS_FILE
    with suppress(OSError):
        if path.read_text() == origin:
            path.unlink()


def get_public_origin() -> str:
    """The address to open: that of the settings, the running or the next server."""
    if settings.ORIGINS:
        return str(settings.ORIGINS[0])
    try:
        return (Path(settings.DATA) / ADDRESS_FILE).read_text()
    except OSError:
        return format_origin(settings.HOST, settings.PORT)
