"""An import that somebody prepares in the pages: the file, and what was said of its columns so far."""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import tomlkit

from envoi.adapters.events.csv import CsvSource
from envoi.adapters.events.files import open_source
from envoi.adapters.whole_file import write_whole
from envoi.clock import Instant, SystemClock
from envoi.errors import DataError, NotFound, ProjectError
from envoi.events.suggest import KEYS, Confidence, Use, kind_of, suggest
from envoi.events.values import text as text_of
from envoi.hosts.folder import state_folder
from envoi.people.standardise.rule import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from envoi.events.event import Value
    from envoi.events.port import Source

FOLDER = "drafts"
_ABOUT, _MAP, _RULES = "draft.json", "map.toml", "rules.toml"
_ID = re.compile(r"[a-z0-9-]{1,80}")
_NO_NAME = re.compile(r"[^a-z0-9]+")
#: Records looked at, and values of a column shown.
_LOOKED_AT, _SHOWN, _SHOWN_LETTERS = 200, 3, 60
#: Drafts are removed after so long without a change.
KEPT_MICROS = 7 * 86_400_000_000


class Column(msgspec.Struct, kw_only=True):
    """One column, and what it is taken for."""

    name: str
    examples: list[str] = []
    use: Use = Use.KEEP
    confidence: Confidence = Confidence.GUESS
    because: str = ""
    #: Under which name it is kept; empty: its own.
    into: str = ""
    #: Of a consent: what for, which values mean yes and no, where it was said, and how that is known.
    purpose: str = "newsletter"
    granted: str = "yes"
    refused: str = ""
    said_in: str = ""
    basis: str = ""

    @property
    def target(self) -> str:
        """The name of the field that it becomes."""
        return self.into or self.name


class FieldRule(msgspec.Struct, kw_only=True):
    """The standard form of a field."""

    rule: Kind
    #: Of phones: the country whose way of writing it is; of dates: the locale.
    option: str = ""


class Draft(msgspec.Struct, kw_only=True):
    """All that is known."""

    id: str
    #: The file's name as it came; it lies in the draft's folder, or in the project's `data/`.
    file: str
    in_data: bool = False
    size_bytes: int = 0
    changed_at: Instant = Instant(0)
    kind: str = "people"
    format: str = ""
    delimiter: str = ""
    encoding: str = ""
    columns: list[Column] = []
    source: str = ""
    #: Of people: the day on which all of it was so. Of times without a zone: the zone they are of.
    as_of: str = ""
    zone: str = ""
    #: Of events without a column that says what happened.
    event: str = ""
    #: By field.
    rules: dict[str, FieldRule] = {}
    #: A mapping of the project that is used instead of these columns.
    map: str = ""
    #: What the import is called, once it was run to its end; the copy of the file is gone then.
    done: str = ""


def begun(root: Path, file: str, *, in_data: bool = False) -> Draft:
    """A new draft with a folder of its own."""
    stem = slug(file.partition(".")[0])[:40]
    draft = Draft(id=f"{stem}-{secrets.token_hex(4)}", file=file, in_data=in_data, source=stem)
    folder(root, draft.id).mkdir(parents=True)
    return draft


def look(root: Path, draft: Draft) -> None:
    """Fills in what the file itself tells.

    Raises:
        NotFound: it is gone.
        DataError: it cannot be read as what its ending says.
    """
    path = path_of(root, draft)
    source = _opened(path, draft)
    draft.size_bytes = path.stat().st_size
    draft.format = _format(path)
    if isinstance(source, CsvSource):
        draft.delimiter = source.delimiter
    values = sample(source)
    draft.kind = kind_of(values)
    draft.columns = [Column(name=name, examples=_examples(some)) for name, some in values.items()]
    guess_uses(draft, values)
    draft.as_of = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()
    keep(root, draft)


def _opened(path: Path, draft: Draft) -> Source:
    """The file, read as Western Windows has it where it is not UTF-8: every byte means something there."""
    try:
        source = open_source(path)
        is_readable = all("UTF-8" not in record.fault for record in islice(source.read(), _LOOKED_AT))
    except DataError as error:
        if "UTF-8" not in error.what:
            raise
        is_readable = False
    if is_readable:
        return source
    draft.encoding = "cp1252"
    return open_source(path, encoding=draft.encoding)


def guess_uses(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """What each column seems to be, for records of the draft's kind."""
    found = suggest(values, people=draft.kind == "people")
    for column in draft.columns:
        one = found[column.name]
        column.use, column.confidence, column.because = one.use, one.confidence, one.because
        answers = {value.strip() for value in values[column.name] if value}
        column.granted = ", ".join(sorted(each for each in answers if each.casefold() in _YES)) or "yes"
        column.refused = ", ".join(sorted(each for each in answers if each.casefold() in _NO))


_YES = frozenset(["yes", "y", "true", "1", "ja", "oui", "si", "on"])
_NO = frozenset(["no", "n", "false", "0", "nein", "non", "off"])


def sample(source: Source) -> dict[str, list[str]]:
    """Some values of each column, as texts; empty where there is none."""
    found: dict[str, list[str]] = {name: [] for name in source.columns}
    for record in source.read():
        if record.position >= _LOOKED_AT:
            break
        for name, value in record.fields.items():
            found.setdefault(name, []).append(_spelled(value))
    return found


def map_text(draft: Draft) -> str:
    """The mapping file that what was said of the columns makes.

    Raises:
        ProjectError: something is missing that only a person can say.
    """
    by_use = {use: [column for column in draft.columns if column.use is use] for use in Use}
    twice = next((use for use in (*KEYS, Use.AT, Use.EVENT) if len(by_use[use]) > 1), None)
    if twice:
        both = " and ".join(repr(column.name) for column in by_use[twice])
        raise ProjectError(f"{both} cannot both be {_CALLED[twice]}", hint="choose one of them, and keep the other")
    if not any(by_use[key] for key in KEYS):
        hint = "choose the column of customer ids, of e-mail addresses or of phone numbers"
        raise ProjectError("no column says who it is", hint=hint)
    said = {"kind": draft.kind, "source": draft.source or slug(draft.file.partition(".")[0])}
    at = next(iter(by_use[Use.AT]), None)
    values: dict[str, object] = {**said, **_events(draft, by_use)} if draft.kind == "events" else {**said}
    if at:
        values["at"] = {"column": at.name, **({"zone": draft.zone} if draft.zone else {})}
    elif draft.kind == "people" and draft.as_of:
        values["as_of"] = _day(draft.as_of)
    values["encoding"], values["delimiter"] = draft.encoding, draft.delimiter if draft.format == "CSV" else ""
    values["keep_rest"] = False
    values["keys"] = {str(key): by_use[key][0].name for key in KEYS if by_use[key]}
    values["props" if draft.kind == "events" else "traits"] = {
        column.target: column.name for column in by_use[Use.KEEP]
    }
    if draft.kind == "people" and by_use[Use.CONSENT]:
        values["consent"] = {column.purpose: _consent(column) for column in by_use[Use.CONSENT]}
    return tomlkit.dumps({name: value for name, value in values.items() if value not in ("", {})})


_CALLED = {
    Use.USER_ID: "the customer id",
    Use.EMAIL: "the e-mail address",
    Use.PHONE: "the phone number",
    Use.ANONYMOUS_ID: "the visitor id",
    Use.AT: "the time",
    Use.EVENT: "what happened",
}


def _events(draft: Draft, by_use: Mapping[Use, list[Column]]) -> dict[str, object]:
    if not by_use[Use.EVENT] and not draft.event:
        hint = "choose the column that says so, or write what all of them are, as Order Completed"
        raise ProjectError("nothing says what happened", hint=hint)
    if not by_use[Use.AT]:
        raise ProjectError("no column says when it happened", hint="choose the column of times")
    event = {"column": by_use[Use.EVENT][0].name} if by_use[Use.EVENT] else draft.event
    return {"event": event, "id": [column.name for column in by_use[Use.ID]]}


def _consent(column: Column) -> dict[str, object]:
    if not column.basis or not column.said_in:
        hint = f"say beside {column.name!r} where people said it and how you know, or leave the column out"
        raise ProjectError(f"the consent in {column.name!r} lacks its basis", hint=hint)
    refused = _listed(column.refused)
    return {
        "column": column.name,
        "granted": _listed(column.granted),
        **({"refused": refused} if refused else {}),
        "source": column.said_in,
        "basis": column.basis,
    }


def rules_text(draft: Draft) -> str:
    """The file of rules that was chosen; empty if none was."""
    if not draft.rules:
        return ""
    fields: dict[str, dict[str, str]] = {}
    for name, chosen in draft.rules.items():
        option = {Kind.PHONE: "country", Kind.STATE: "country", Kind.DATE: "locale", Kind.CURRENCY: "locale"}
        fields[name] = {"rule": chosen.rule.value}
        if chosen.option and chosen.rule in option:
            fields[name][option[chosen.rule]] = chosen.option
    return tomlkit.dumps({"source": draft.source, "fields": fields})


def keep(root: Path, draft: Draft) -> None:
    """Keeps it as it is now."""
    draft.changed_at = SystemClock().now()
    write_whole(folder(root, draft.id) / _ABOUT, msgspec.json.encode(draft))


def get(root: Path, id_: str) -> Draft:
    """The draft of that id.

    Raises:
        NotFound: there is none any more.
    """
    if _ID.fullmatch(id_):
        path = folder(root, id_) / _ABOUT
        if path.is_file():
            return msgspec.json.decode(path.read_bytes(), type=Draft)
    raise NotFound("this import is not being prepared any more", hint="begin a new one on the page Imports")


def every(root: Path) -> Iterator[Draft]:
    """All drafts that are still to be run, those changed last first."""
    return (draft for draft in _all(root) if not draft.done)


def finish(root: Path, draft: Draft, name: str) -> None:
    """Notes what it has become, and removes all that is left of the file."""
    draft.done = name
    keep(root, draft)
    for path in folder(root, draft.id).iterdir():
        if path.name in (draft.file, "rejects.jsonl"):
            path.unlink()


def _all(root: Path) -> list[Draft]:
    found = [msgspec.json.decode(path.read_bytes(), type=Draft) for path in (_drafts(root)).glob(f"*/{_ABOUT}")]
    return sorted(found, key=lambda draft: -draft.changed_at)


def discard(root: Path, id_: str) -> None:
    """Removes the draft with its copy of the file."""
    shutil.rmtree(folder(root, id_), ignore_errors=True)


def discard_old(root: Path, now: Instant) -> None:
    """Removes drafts that nobody has gone on with for long: files of people lie there."""
    for draft in _all(root):
        if now - draft.changed_at > KEPT_MICROS:
            discard(root, draft.id)


def folder(root: Path, id_: str) -> Path:
    """Where the draft lies."""
    return _drafts(root) / id_


def path_of(root: Path, draft: Draft) -> Path:
    """The file itself."""
    return root / "data" / draft.file if draft.in_data else folder(root, draft.id) / draft.file


def slug(name: str) -> str:
    """The name as a file may have it.

    >>> slug("Customers 2024 (final)"), slug("***")
    ('customers-2024-final', 'file')
    """
    return _NO_NAME.sub("-", name.lower()).strip("-") or "file"


def _drafts(root: Path) -> Path:
    return state_folder(root) / FOLDER


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ProjectError(f"{written!r} is no day", hint="write it as 2024-05-31") from None


def _listed(values: str) -> list[str]:
    return [value.strip() for value in values.split(",") if value.strip()]


def _examples(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value[:_SHOWN_LETTERS] for value in values if value))[:_SHOWN]


def _spelled(value: Value) -> str:
    if value is None or isinstance(value, list | dict):
        return "" if value is None else msgspec.json.encode(value).decode()
    return str(value).lower() if isinstance(value, bool) else text_of(value)


def _format(path: Path) -> str:
    ending = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    return {".parquet": "Parquet", ".pq": "Parquet", ".csv": "CSV", ".tsv": "CSV", ".txt": "CSV"}.get(
        ending.lower(), "JSON lines"
    )
