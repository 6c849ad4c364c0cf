"""Fetches the JavaScript that the pages carry, each file pinned to version and SHA-256, with its licence beside it.

    python tools/vendor.py            fetch all anew, by `npm pack` and the registry that npm is set up with
    python tools/vendor.py --check    see that the files here are the pinned ones; nothing is fetched

Nobody needs npm to install or run Envoi: what this writes is part of the source.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parents[1] / "src" / "envoi" / "hosts" / "web" / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """One file of one package."""

    package: str
    version: str
    #: Of the file, not of the package.
    sha256: str
    #: As SPDX names it.
    licence: str
    #: Within the package.
    file: str
    licence_file: str

    @property
    def path(self) -> Path:
        """Where the file lies here."""
        return STATIC / Path(self.file).name

    @property
    def licence_path(self) -> Path:
        """Where its licence lies here."""
        return self.path.with_name(f"{self.path.name}.LICENSE.txt")


PINNED = (
    Vendored(
        package="htmx.org",
        version="4.0.1",
        sha256="a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
        licence="0BSD",
        file="dist/htmx.min.js",
        licence_file="LICENSE",
    ),
)


def fetch(pinned: Vendored) -> None:
    """Writes the file and its licence.

    Raises:
        SystemExit: what came is not what is pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        what = f"{pinned.package}@{pinned.version}"
        subprocess.run(["npm", "pack", "--silent", what], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607 - npm as the machine has it, and pinned names only
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            content, licence = (_read(package, name) for name in (pinned.file, pinned.licence_file))
    if sha256(content).hexdigest() != pinned.sha256:
        raise SystemExit(f"{what}: {pinned.file} has the SHA-256 {sha256(content).hexdigest()}, not the pinned one")
    pinned.path.write_bytes(content)
    head = f"{what} ({pinned.licence}), {pinned.file}\nSHA-256 {pinned.sha256}\n\n"
    pinned.licence_path.write_text(head + licence.decode().strip() + "\n", encoding="utf-8")


def _read(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"{name} is no file of the package")
    return member.read()


def faults(pinned: Vendored) -> list[str]:
    """What is wrong with the file here; nothing if it is the pinned one and its licence lies beside it."""
    missing = [f"{path.name} is missing" for path in (pinned.path, pinned.licence_path) if not path.is_file()]
    if missing:
        return missing
    found = sha256(pinned.path.read_bytes()).hexdigest()
    return [] if found == pinned.sha256 else [f"{pinned.path.name} has the SHA-256 {found}, not the pinned one"]


def main(arguments: list[str]) -> int:
    """Fetches, or checks; 1 if a file is not the pinned one."""
    if arguments != ["--check"]:
        for pinned in PINNED:
            fetch(pinned)
    found = [fault for pinned in PINNED for fault in faults(pinned)]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
