"""The README is true: its tables list every setting and package, and no others."""

import re

from tests.architecture.packages import CODE, HOME

READ = re.compile(r'\benv\.read_\w+\(\s*"([A-Z_]+)"')


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
