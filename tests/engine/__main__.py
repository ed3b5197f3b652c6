"""Run the tests of the engine on real servers: `python -m tests.engine [pytest options]`.

PostgreSQL, RabbitMQ and Redis are throw-away servers from the system's packages, or those that
`PLAYGROUND_TEST_DATABASE_URL` and `PLAYGROUND_TEST_BROKER_URLS` (separated by blanks) name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext

from tests.engine.servers import BROKERS, URLS
from tests.postgresql import URL as DATABASE_URL
from tests.postgresql import throwaway_cluster

WITHOUT_BROKER = ["tests/engine", "-m", "not broker"]
WITH_BROKER = ["tests/engine", "-m", "broker"]


@contextmanager
def broker_urls() -> Iterator[list[str]]:
    """The brokers from the environment, or one of each kind."""
    given = os.environ.get(URLS, "").split()
    with ExitStack() as stack:
        yield given or [stack.enter_context(start()) for start in BROKERS.values()]


def main(options: list[str]) -> int:
    """Return the worst exit status of pytest."""
    given = os.environ.get(DATABASE_URL)
    with nullcontext(given) if given else throwaway_cluster() as database:
        os.environ[DATABASE_URL] = database
        with broker_urls() as urls:
            worst = run_pytest([*WITHOUT_BROKER, *options])
            for url in urls:
                # One broker for each run: Celery is configured once per process.
                print(f"With {url.partition(':')[0]}:", flush=True)
                os.environ[URLS] = url
                worst = max(worst, run_pytest([*WITH_BROKER, *options]))
    return worst


def run_pytest(options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
