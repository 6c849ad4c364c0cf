"""The JavaScript that the pages carry is the pinned one, with its licence beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "src" / "envoi" / "hosts" / "web" / "static"


def test_every_vendored_file_is_the_pinned_one() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "vendor.py"), "--check"]
    assert subprocess.run(tool, capture_output=True, text=True, check=True).stderr == ""


def test_there_is_no_other_javascript() -> None:
    scripts = {path.name for path in STATIC.iterdir() if path.suffix in {".js", ".mjs", ".map"}}
    assert scripts == {"htmx.min.js"}
    assert (STATIC / "htmx.min.js.LICENSE.txt").read_text(encoding="utf-8").startswith("htmx.org@4.0.1 (0BSD)")
