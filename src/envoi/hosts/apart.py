"""Reads a file in a process of its own: one core makes events while another stores them.

Batches come over a pipe, each as its length and then msgpack. The pipe holds less than a batch, so the reader is one
batch ahead and no more; when nobody listens any longer, because the importing process was killed, it ends.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, cast

import msgspec

from envoi.clock import Instant
from envoi.errors import DataError, EnvoiError, Place, StoreFailed
from envoi.events.event import Event, PersonId, Rejected
from envoi.events.port import Batch, Mark
from envoi.hosts.reading import FileToImport, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_LENGTH_BYTES = 8


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read."""

    root: str
    file: FileToImport
    mark: str
    start: int
    seen_at: Instant
    size: int


class _Some(msgspec.Struct, frozen=True, tag="some", array_like=True):
    """A batch."""

    events: list[tuple[PersonId, Event]]
    rejected: list[Rejected]
    position: int


class End(msgspec.Struct, frozen=True, tag="end", array_like=True):
    """The file was read to its end."""

    position: int
    parted: int


class _Broken(msgspec.Struct, frozen=True, tag="broken", array_like=True):
    """From here on the file cannot be read."""

    what: str
    hint: str
    file: str


_encode = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode_job = msgspec.msgpack.Decoder(Job, dec_hook=lambda _, text: Path(text)).decode
_decode = msgspec.msgpack.Decoder(_Some | End | _Broken).decode


def batches(job: Job) -> Iterator[Batch | End]:
    """The batches that `Reading.batches` gives, and last where the file ended.

    Raises:
        DataError: from some point on the file cannot be read; the batches before that are good.
        StoreFailed: the reading process died.
    """
    # -P: what lies in the current folder is not imported. A session of its own: Ctrl-C is for this process to handle.
    line = [sys.executable, "-P", "-m", __name__]
    with subprocess.Popen(line, stdin=PIPE, stdout=PIPE, start_new_session=True) as process:  # noqa: S603 - ourselves
        told, heard = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        with suppress(BrokenPipeError):
            told.write(_encode(job))
            told.close()
        while part := _get(heard):
            if isinstance(part, _Broken):
                raise DataError(part.what, hint=part.hint, at=Place(file=part.file))
            if isinstance(part, End):
                yield part
                return
            mark = Mark(name=job.mark, position=part.position)
            yield Batch(events=part.events, rejected=part.rejected, mark=mark)
    raise StoreFailed("the process that reads the file died", hint="run the same command again: it goes on from here")


def main() -> None:
    """What the process does: reads a job from stdin, and writes its batches to stdout."""
    gc.disable()
    job = _decode_job(sys.stdin.buffer.read())
    try:
        for part in _parts(job):
            _put(sys.stdout.buffer, part)
    except BrokenPipeError:
        # Nobody listens; the interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parts(job: Job) -> Iterator[_Some | End | _Broken]:
    try:
        reading = Reading.of(Path(job.root), job.file)
        start = Mark(name=job.mark, position=job.start)
        for batch in reading.batches(start, seen_at=job.seen_at, size=job.size):
            position = batch.mark.position if batch.mark else 0
            yield _Some(list(batch.events), list(batch.rejected), position)
        yield End(reading.source.position, reading.parted)
    except EnvoiError as error:
        yield _Broken(error.what, error.hint, error.at.file)


def _put(out: IO[bytes], part: _Some | End | _Broken) -> None:
    data = _encode(part)
    out.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
    out.write(data)
    out.flush()


def _get(heard: IO[bytes]) -> _Some | End | _Broken | None:
    """The next part; None if the process died before it was whole."""
    size = int.from_bytes(heard.read(_LENGTH_BYTES), "big")
    data = heard.read(size)
    return _decode(data) if size and len(data) == size else None


if __name__ == "__main__":
    main()
