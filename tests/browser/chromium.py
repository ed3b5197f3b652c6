"""Finds Chromium, and gets it where it is missing: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The system's browser, else Playwright's own, else None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def get_chromium() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        if run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"):
            return
    run(sys.executable, "-m", "playwright", "install", "chromium")


def run(*command: str) -> bool:
    """True if it worked. Its output is shown; it may not ask anything."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False)
    return done.returncode == 0


def main() -> None:
    if not find_chromium():
        print("No Chromium here; fetching one…", flush=True)
        get_chromium()
    found = find_chromium()
    if not found:
        sys.exit(
            "The browser tests need Chromium, and none could be had. Install it, or run "
            "`make test-quick`, which leaves them out."
        )
    print(f"Browser: {found}", flush=True)


if __name__ == "__main__":
    main()
