"""The files that the laws are about."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "envoi"


def modules() -> list[str]:
    """The modules of the package, as paths below it: `people/consent.py`."""
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def text_of(module: str) -> str:
    """The source of a module named as `modules` does."""
    return (PACKAGE / module).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """The files of this repository: committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())
