"""The README is true: its tables list every setting and package, and no others."""

import re
from pathlib import Path

import pytest

from tests.architecture.packages import CODE, HOME

READ = re.compile(r'\b(?:env|mail)\.read_\w+\(\s*"([A-Z_]+)"')


def test_the_readme_lists_every_setting_and_no_other() -> None:
    read = {f"PLAYGROUND_{name}" for name in READ.findall((CODE / "settings.py").read_text())}
    readme = (HOME / "README.md").read_text()
    listed = set(re.findall(r"^\| `(PLAYGROUND_[A-Z_]+)`", readme, re.M))
    assert read - listed == set(), "missing in the README's table of settings"
    assert listed - read == set(), "listed in the README, read nowhere"


def test_the_readme_lists_every_package() -> None:
    readme = (HOME / "README.md").read_text()
    packages = {path.name for path in CODE.iterdir() if (path / "__init__.py").exists()}
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", readme, re.M)
    listed = {name for row in rows for name in re.findall(r"[a-z_]+", row)}
    assert packages - listed == set()


NAMED_FILE = re.compile(r"`(\w[\w.-]*(?:/[\w.-]+)+\.(?:py|js|css|html|md|yaml))`")
DOCUMENTS = [HOME / "README.md", *sorted((HOME / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = set(NAMED_FILE.findall(document.read_text()))
    missing = [name for name in named if not any((each / name).exists() for each in (HOME, CODE))]
    assert not missing, f"{document.name} names files that don't exist: {sorted(missing)}"
