"""The data map: every place in which a project keeps anything, whose it is, and how it is exported and erased.

A test lists what a project that was used in every way has, and fails when any of it is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """In which store a place is."""

    #: `.envoi/envoi.sqlite`, or the PostgreSQL database.
    DATABASE = "database"
    #: `.envoi/people.sqlite`, or the PostgreSQL database.
    PROFILES = "profiles"
    #: `.envoi/history.duckdb`.
    HISTORY = "history"
    #: The folder `.envoi`; a name that ends in `/` is a folder in it.
    FILES = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One place: a table, a file or a folder."""

    where: Where
    name: str
    holds: str
    #: The columns or parts that name a person or reach them; empty for what holds no personal data.
    names: str = ""
    #: What an erasure does to it.
    erased: str = ""
    #: In which file of an export it is; empty if it is in none, and `erased` or `holds` says why it need not be.
    exported: str = ""
    #: The name of the store in receipts, and in what finds and erases; empty where nothing has to be.
    store: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether anything in it is of a person who gets mail."""
        return bool(self.names)


def _database(name: str, holds: str, **more: str) -> Kept:
    return Kept(where=Where.DATABASE, name=name, holds=holds, **more)


def _history(name: str, holds: str, names: str = "") -> Kept:
    erased = "rows deleted, and the file written anew" if names else ""
    return Kept(
        where=Where.HISTORY, name=name, holds=holds, names=names, erased=erased,
        exported="made from events.json" if names else "", store="history" if names else "",
    )  # fmt: skip


def _file(name: str, holds: str, **more: str) -> Kept:
    return Kept(where=Where.FILES, name=name, holds=holds, **more)


MAP = (
    _database(
        "events", "the log: all that happened, was decided, sent and heard", names="person, body (keys, props, raw)",
        erased="the place stays, empty; other people's events lose the address they mention",
        exported="events.json, consents.json, decisions.json", store="events",
    ),
    _database(
        "rejected", "records that could not be events", names="body (raw, reason)", erased="rows deleted",
        exported="set_aside.json", store="rejected",
    ),
    _database("marks", "how far imports have come, by fingerprints of files"),
    _database(
        "ledger", "who is in which campaign, and what became of each mail", names="person, address, reason",
        erased="what is planned is cancelled; rows stay, of nobody", exported="mails.json", store="ledger",
    ),
    _database(
        "reviews", "pairs of people who may be one, for somebody to look at", names="one, other, body",
        erased="rows deleted", exported="made from profile.json", store="reviews",
    ),
    _database("ledger_runs", "campaigns that were planned"),
    _database("ledger_drafts", "campaigns that are being planned"),
    _database("ledger_orders", "who paused, resumed or cancelled a campaign: people of the business"),
    _database("ledger_turns", "a number"),
    _database(
        "identity", "which keys are one person", names="node, person, apart", erased="rows deleted",
        exported="profile.json (ids), events.json (keys)", store="identity",
    ),
    _database("identity_stamp", "a number that changes with them"),
    _database(
        "links", "where the links of mails lead", names="url, where a link was made for one person",
        erased="rows that name the person deleted", exported="mails/ (the links stand in them)", store="links",
    ),
    _database(
        "suppressions", "addresses that get no mail, as keys", names="body (reason)",
        erased="the key stays, so that no mail goes there; words that name the address go",
        exported="suppressions.json", store="suppressions",
    ),
    _database("spent_tokens", "tokens of mail providers' requests, each used once"),
    _database("mail_days", "how many mails a domain sent on a day"),
    _database(
        "states", "what the live judge knows of each person", names="person, body", erased="rows deleted",
        exported="made from events.json", store="states",
    ),
    _database("plan", "the segments that are watched"),
    _database(
        "memberships", "who is in which segment, and since when", names="person", erased="rows deleted",
        exported="segments.json", store="memberships",
    ),
    _database(
        "reviews", "pairs that may be one person, and what was said of them", names="one, other", erased="rows deleted",
        exported="what became of it is in events.json", store="reviews",
    ),
    _database("envoi", "PostgreSQL only: the version of its tables"),
    Kept(
        where=Where.PROFILES, name="people", holds="profiles: the latest of each field and consent",
        names="person, body", erased="rows deleted", exported="profile.json", store="people",
    ),
    Kept(where=Where.PROFILES, name="folded", holds="how far profiles have come"),
    Kept(where=Where.PROFILES, name="people_folded", holds="the same in PostgreSQL"),
    _history("people", "who is known, and since when", names="id"),
    _history("events", "the log as columns", names="person, and columns of properties"),
    _history("items", "the line items of events", names="person, and columns of fields"),
    _history("traits", "every value a field ever had", names="person, text"),
    _history("observed", "which properties events have"),
    _history("about", "the version, and how far history has come"),
    _file("envoi.sqlite", "the tables under `database`"),
    _file("people.sqlite", "the tables under `profiles`"),
    _file("history.duckdb", "the tables under `history`"),
    _file(
        "mail/", "mails that stayed on this machine; elsewhere if the mail URL names another folder",
        names="each mail", erased="files deleted", exported="mails/", store="mail",
    ),
    _file(
        "rejects/", "records that imports set aside, to be mended", names="each line", erased="lines deleted",
        exported="set_aside.json (the same records)", store="rejects",
    ),
    _file(
        "enriched.sqlite", "what other sources answered about people, until it is old", names="person, answer, given",
        erased="rows deleted", exported="events.json (what was taken of it)", store="enriched",
    ),
    _file("quality.json", "which findings about the data were told to whom: no person is in them"),
    _file(
        "drafts/", "imports that are being prepared, with their files", names="the file",
        erased="drafts whose file names the person are discarded", exported="nothing of it was taken in",
        store="drafts",
    ),
    _file("imports/", "a record of each import: counts, and the name of its file"),
    _file("plans/", "the project's files as they were when a campaign was planned"),
    _file("workers/", "locks of processes that send"),
    _file("tmp/", "what DuckDB lays aside while it works; empty when it ends"),
    _file("audit.jsonl", "the audit log: people in it are pseudonyms"),
    _file("erased.jsonl", "the list of erasures: pseudonyms; best kept with the backups"),
    _file("receipts/", "what was erased: pseudonyms"),
    _file(
        "erasing.json", "the erasure that is under way: ids and addresses", names="all of it",
        erased="overwritten and deleted as the last step", exported="an erasure is not exported", store="",
    ),
    _file("erasing.lock", "held while people are erased"),
    _file(
        "requests.json", "what people asked for, and until when", names="person, until it is done",
        erased="the person becomes a pseudonym", exported="of who asks for it now", store="requests",
    ),
    _file("requests.lock", "held while requests are written down"),
    _file("schedules.json", "since when campaigns have had their schedules"),
    _file("live.json", "how the live host is doing"),
    _file("sent.mark", "how many turns let mail go: by it a backup that was put back is noticed"),
    _file("secret", "what links and pseudonyms are made with"),
    _file("write-key", "what clients of /v1/ are known by"),
    _file(".gitignore", "keeps this folder out of git"),
)  # fmt: skip

#: What is on disk while a store is open, or a file is being written.
BESIDE = ("-wal", "-shm", ".wal", ".new", ".draft")
#: Stores that are part of another place, with no place of their own: see `events`.
WITHIN = {"mentions": "events"}


def place_of(where: Where, name: str) -> Kept | None:
    """The entry of a table, or of a file by its path below `.envoi`; None if the map has none.

    >>> place_of(Where.FILES, "mail/4f1c.eml").store, place_of(Where.FILES, "envoi.sqlite-wal").name
    ('mail', 'envoi.sqlite')
    >>> place_of(Where.DATABASE, "secrets_of_the_heart") is None
    True
    """
    if where is Where.FILES:
        folder, inside, _ = name.partition("/")
        name = f"{folder}/" if inside else _without_ending(name)
    return next((each for each in MAP if (each.where, each.name) == (where, name)), None)


def page() -> str:
    """The map as a page of the reference."""
    lines = []
    for where in Where:
        lines += [f"## {where.value.capitalize()}", ""]
        lines += ["| place | holds | names a person | an erasure | an export |", "|---|---|---|---|---|"]
        lines += [
            f"| `{each.name}` | {each.holds} | {each.names or 'no'} | {each.erased or '-'} | {each.exported or '-'} |"
            for each in MAP
            if each.where is where
        ]
        lines.append("")
    return "\n".join(lines)


def _without_ending(name: str) -> str:
    for each in BESIDE:
        name = name.removesuffix(each)
    return name
