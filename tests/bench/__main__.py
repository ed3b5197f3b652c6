"""`python -m tests.bench [--only NAME …] [--runs N] [--list]`: prints a table, writes JSON.

Three runs, of which each figure is the median, unless `--runs` says otherwise.
With `--postgresql` the product keeps its data in a throw-away PostgreSQL server.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import platform
import shutil
import sys
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import draw_figure, draw_heading
from tests.postgresql import throwaway_cluster

HOME = Path(__file__).resolve().parents[2]
OUTPUT = HOME / "build" / "bench.json"


def prepare_settings(database_url: str = "") -> None:
    """Production settings on data of our own, before Django reads any."""
    for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
        del os.environ[name]
    data = tempfile.mkdtemp(prefix="playground-bench-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["PLAYGROUND_DATA"] = data
    if database_url:
        os.environ["PLAYGROUND_DATABASE_URL"] = database_url
    # One of the measures sends to a target on loopback.
    os.environ["PLAYGROUND_ALLOW_NETWORKS"] = "127.0.0.1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "playground.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def describe_machine() -> str:
    name = platform.processor() or platform.machine()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} processors, {platform.system()} {platform.release()}"


def read_arguments(names: list[str], usual: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", nargs="+", choices=names, default=usual, metavar="NAME")
    parser.add_argument("--runs", type=int, default=3, help="figures are medians of so many")
    parser.add_argument("--list", action="store_true", help="list the names and stop")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL")
    return parser.parse_args()


def main() -> None:
    with throwaway_cluster() if "--postgresql" in sys.argv else nullcontext("") as database_url:
        run(database_url)


def run(database_url: str) -> None:
    prepare_settings(database_url)
    # The settings have to stand before anything of Django is read.
    from tests.bench import running  # noqa: PLC0415

    arguments = read_arguments(list(running.MEASURES), running.USUAL)
    if arguments.list:
        print("\n".join(running.MEASURES))
        return
    begun = datetime.now(UTC)
    database = "PostgreSQL" if arguments.postgresql else "SQLite"
    machine, load = describe_machine(), os.getloadavg()[0]
    runs = max(1, arguments.runs)
    print(
        f"{machine}\n{begun:%Y-%m-%d %H:%M} UTC, {database}, {runs} runs, load {load:.1f} before\n"
    )
    figures = running.measure(arguments.only, runs)
    print(f"Medians of {runs} runs\n{draw_heading()}")
    for figure in figures:
        print(draw_figure(figure))
    OUTPUT.parent.mkdir(exist_ok=True)
    kept = {
        "machine": machine,
        "database": database,
        "at": begun.isoformat(timespec="seconds"),
        "runs": runs,
        "load_before": load,
        "load_after": os.getloadavg()[0],
        "command": " ".join(["python -m tests.bench", *sys.argv[1:]]),
        "figures": [figure.as_dict() for figure in figures],
    }
    OUTPUT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    print(f"\nLoad average {os.getloadavg()[0]:.1f} after")
    missed = sum(figure.reached is False for figure in figures)
    print(f"{missed} of {len(figures)} missed. Written to {OUTPUT.relative_to(HOME)}.")


if __name__ == "__main__":
    main()
