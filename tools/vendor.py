"""Fetches the JavaScript that the pages carry, each file pinned to version and SHA-256, with its licence beside it.

    python tools/vendor.py            fetch all anew, by `npm pack` and the registry that npm is set up with
    python tools/vendor.py --check    see that the files here are the pinned ones; nothing is fetched

Nobody needs npm to install or run Envoi: what this writes is part of the source. CodeMirror comes as many packages;
they are made one file here, by esbuild, and all are pinned, so that the file is the same wherever it is made.
"""

from __future__ import annotations

import json
import shutil
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """One file made of several packages."""

    name: str
    #: Beside this script: what the file exports.
    entry: str
    packages: dict[str, str]
    sha256: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the file lies here."""
        return STATIC / self.name

    @property
    def licence_path(self) -> Path:
        """Where the licences of all that is in it lie here."""
        return self.path.with_name(f"{self.name}.LICENSE.txt")


ESBUILD = "0.28.2"
BUNDLED = (
    Bundled(
        name="codemirror.min.js",
        entry="codemirror.js",
        packages={
            "@codemirror/autocomplete": "6.20.4",
            "@codemirror/commands": "6.11.1",
            "@codemirror/language": "6.13.1",
            "@codemirror/lint": "6.9.8",
            "@codemirror/search": "6.7.2",
            "@codemirror/state": "6.7.6",
            "@codemirror/view": "6.43.15",
            "@lezer/common": "1.5.5",
            "@lezer/highlight": "1.2.5",
            "@lezer/lr": "1.4.12",
            "@marijn/find-cluster-break": "1.0.4",
            "crelt": "1.0.7",
            "style-mod": "4.1.4",
            "w3c-keyname": "2.2.8",
        },
        sha256="5eb49c28094a240101914615951281ebd1ee407eb5f9601dc014eab0934a7154",
        licence="MIT",
    ),
)


def bundle(pinned: Bundled) -> None:
    """Makes the file and writes it with its licences.

    Raises:
        SystemExit: what was made is not what is pinned, or a package has another licence.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = {"private": True, "dependencies": pinned.packages, "devDependencies": {"esbuild": ESBUILD}}
        (folder / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
        shutil.copy(Path(__file__).with_name(pinned.entry), folder / pinned.entry)
        _run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        flags = [
            "--bundle",
            "--minify",
            "--format=esm",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
        ]
        _run(["node_modules/.bin/esbuild", pinned.entry, *flags, f"--outfile={pinned.name}"], folder)
        content = (folder / pinned.name).read_bytes()
        licences = [_licence(folder / "node_modules" / package, pinned) for package in pinned.packages]
    if sha256(content).hexdigest() != pinned.sha256:
        raise SystemExit(f"{pinned.name} was made with the SHA-256 {sha256(content).hexdigest()}, not the pinned one")
    pinned.path.write_bytes(content)
    head = (
        f"{pinned.name} ({pinned.licence}), made by tools/vendor.py with esbuild {ESBUILD}\nSHA-256 {pinned.sha256}\n"
    )
    pinned.licence_path.write_text("\n".join([head, *licences]), encoding="utf-8")


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words only


def _licence(package: Path, pinned: Bundled) -> str:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    if about["license"] != pinned.licence:
        raise SystemExit(f"{about['name']} is under {about['license']}, not {pinned.licence}")
    if about["version"] != pinned.packages[about["name"]]:
        raise SystemExit(f"{about['name']} came as {about['version']}, not as pinned")
    text = (package / "LICENSE").read_text(encoding="utf-8").strip()
    return f"{about['name']}@{about['version']}\n\n{text}\n"


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


def faults(pinned: Vendored | Bundled) -> list[str]:
    """What is wrong with the file here; nothing if it is the pinned one and its licence lies beside it."""
    missing = [f"{path.name} is missing" for path in (pinned.path, pinned.licence_path) if not path.is_file()]
    if missing:
        return missing
    found = sha256(pinned.path.read_bytes()).hexdigest()
    return [] if found == pinned.sha256 else [f"{pinned.path.name} has the SHA-256 {found}, not the pinned one"]


def main(arguments: list[str]) -> int:
    """Fetches, or checks; 1 if a file is not the pinned one."""
    if arguments != ["--check"]:
        for one in PINNED:
            fetch(one)
        for several in BUNDLED:
            bundle(several)
    found = [fault for pinned in (*PINNED, *BUNDLED) for fault in faults(pinned)]
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
