"""The words an exchange is found by: kept in a narrow table, since a search reads all of it."""

from playground.history.models import Exchange, Mention

LONGEST = 2_000


def note_words(exchange: Exchange) -> None:
    """Everything here is masked already: it comes from the exchange's own row."""
    Mention.objects.update_or_create(exchange=exchange, defaults={"text": words_of(exchange)})


def words_of(exchange: Exchange) -> str:
    """Job name, workflow UID, sentence, address and who and where, in lower case."""
    parts = [
        exchange.name,
        *map(str, exchange.path_values.values()),
        exchange.sentence,
        exchange.job_uid,
        exchange.url,
        exchange.connection_name,
        exchange.person_name,
    ]
    return "\n".join(part for part in parts if part).casefold()[:LONGEST]
