"""`python -m tests.drill [--only NAME …]`: runs the drills; the exit status says if all held."""

from __future__ import annotations

import argparse
import os
import sys

from tests.bench.__main__ import prepare_settings


def main() -> None:
    prepare_settings()
    # The targets are on loopback.
    os.environ["PLAYGROUND_ALLOW_NETWORKS"] = "127.0.0.0/8"
    # The settings must be in place before Django is imported.
    from tests.drill import running  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m tests.drill")
    names = list(running.DRILLS)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    sys.exit(0 if running.run_drills(parser.parse_args().only) else 1)


if __name__ == "__main__":
    main()
