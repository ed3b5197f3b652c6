"""Find Chromium, or install it where it is missing: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Containers have no user namespaces for its sandbox and little shared memory; nothing may be
# fetched in the background while times are measured.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The path of the system's browser, else of Playwright's own, else None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def install_chromium() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        if run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"):
            return
    run(sys.executable, "-m", "playwright", "install", "chromium")


def run(*command: str) -> bool:
    """Whether the command succeeded. Its output is shown; it must not ask questions."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False)
    return done.returncode == 0


def main() -> None:
    if not find_chromium():
        print("Chromium is missing; installing it…", flush=True)
        install_chromium()
    found = find_chromium()
    if not found:
        sys.exit(
            "The browser tests need Chromium, which couldn't be installed. Install it yourself, "
            "or run `make test-quick`, which skips them."
        )
    print(f"Browser: {found}", flush=True)


if __name__ == "__main__":
    main()
