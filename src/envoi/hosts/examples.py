"""The example projects that come with Envoi."""

from __future__ import annotations

from pathlib import Path

from envoi.errors import NotFound

_PACKAGE = Path(__file__).parents[1]


def example(name: str) -> Path:
    """The folder of an example: within the package where that was installed, beside the sources in a checkout.

    Raises:
        NotFound: the installation has no such example.
    """
    for folder in (_PACKAGE / "examples" / name, _PACKAGE.parents[1] / "examples" / name):
        if (folder / "envoi.toml").is_file():
            return folder
    raise NotFound(f"this installation has no example {name!r}", hint="install Envoi again")
