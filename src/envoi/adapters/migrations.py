"""How the tables of a project's database came to be as they are: what to run on a file of each earlier version."""

from __future__ import annotations

#: By the version that they lead to, from the one before. Each begins by making what it changes as it was then, where it
#: is not there: not every project has used every table.
MIGRATIONS: dict[int, tuple[str, ...]] = {
    # Profiles lie in a file of their own, where they are folded anew.
    2: ("DROP TABLE IF EXISTS people",),
    # Entries are due at a moment, and a campaign can be paused and paced.
    3: (
        """CREATE TABLE IF NOT EXISTS ledger_runs (
            campaign TEXT PRIMARY KEY,
            at INTEGER NOT NULL,
            size INTEGER NOT NULL,
            runs INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        """CREATE TABLE IF NOT EXISTS ledger (
            campaign TEXT NOT NULL,
            person TEXT NOT NULL,
            address TEXT NOT NULL,
            decision INTEGER NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL,
            fence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            worker TEXT NOT NULL DEFAULT '',
            run INTEGER NOT NULL DEFAULT 0,
            until INTEGER NOT NULL DEFAULT 0,
            is_written_to INTEGER NOT NULL,
            PRIMARY KEY (campaign, person)
        ) STRICT, WITHOUT ROWID""",
        "ALTER TABLE ledger_runs DROP COLUMN runs",
        "ALTER TABLE ledger_runs ADD COLUMN status TEXT NOT NULL DEFAULT 'sending'",
        "ALTER TABLE ledger_runs ADD COLUMN rate_per_h INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ledger_runs ADD COLUMN paced_until INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX IF EXISTS ledger_open",
        "ALTER TABLE ledger RENAME COLUMN until TO due",
        # What was planned, deferred or settled had been claimed once, and has the end of that lease.
        "UPDATE ledger SET due = 0 WHERE due <> 0 AND state NOT IN ('claimed', 'submitting')",
        "ALTER TABLE ledger DROP COLUMN run",
        "ALTER TABLE ledger ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    ),
    # A plan is written in many commits, and an earlier Envoi would take the first of them for the whole.
    4: (
        """CREATE TABLE IF NOT EXISTS ledger_drafts (
            campaign TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
}

#: Version of all tables together; a file of a newer version is refused, and one of an older version is upgraded.
SCHEMA = max(MIGRATIONS)
