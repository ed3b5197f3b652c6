"""The start-up check of the encryption key."""

from playground.vault.encryption import WrongKey
from playground.vault.rotation import check_key


def check_keys() -> str:
    """The sentence that must stop the start, or an empty text when the key fits."""
    try:
        check_key()
    except WrongKey as error:
        return str(error)
    return ""
