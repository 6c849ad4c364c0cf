"""A corner shop on disk with customers in several time zones, and a sender whose clock is turned by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import FixedClock, Instant, parse_instant
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.folder import state_folder
from envoi.hosts.live.sender import Rounds
from envoi.hosts.local import open_project
from envoi.hosts.sending import open_sender
from tests.campaigns.corner import FILES

START = parse_instant("2026-11-23T06:00:00Z")
HOUR = 3_600_000_000
PEOPLE = {"anna": "Europe/Berlin", "ben": "America/New_York", "carl": "Mars/Olympus", "dora": None}

MAIN = FILES["envoi.toml"].replace("Europe/Paris", "Europe/Berlin")
CAMPAIGN = 'audience = "email is present"\npurpose = "newsletter"\ntemplate = "hello.mjml"\n'
FALLBACK = '\n[fallback]\nheadline = "Hello"\n'


def write(root: Path, campaigns: dict[str, str], *, delivery: str = "") -> None:
    """Writes the project with these campaigns and no others: their keys, and whatever tables they have."""
    for old in (root / "campaigns").glob("*.toml"):
        old.unlink()
    files = {name: text for name, text in FILES.items() if not name.startswith("campaigns/")}
    files["envoi.toml"] = f"{MAIN}\n{delivery}"
    files["templates/hello.mjml"] = files["templates/hello.mjml"].replace(
        "{% for p in products %}{{ p.name }} {% endfor %}", ""
    )
    files |= {f"campaigns/{name}.toml": f"{keys}\n{FALLBACK}" for name, keys in campaigns.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def campaign(schedule: str = "", **keys: object) -> str:
    """A campaign's file."""
    more = "".join(f"{key} = {value!r}\n" for key, value in keys.items())
    return f"{CAMPAIGN}{more}\n{f'[schedule]{schedule}' if schedule else ''}"


def introduce(root: Path, people: Mapping[str, str | None] | None = None, *, at: Instant = START) -> None:
    """Has the project know these people and their time zones; all of them want the newsletter."""
    events = []
    for name, zone in (PEOPLE if people is None else people).items():
        traits: dict[str, Value] = {
            "email": f"{name}@example.org",
            "first_name": name,
            **({"time_zone": zone} if zone else {}),
        }
        said: dict[str, Value] = {"purpose": "newsletter", "granted": True}
        for number, (what, props) in enumerate(((Name.PROFILE_UPDATED, traits), (Name.CONSENT_CHANGED, said))):
            then = Instant(at - 9 * HOUR)
            event = Event(
                id=f"{name}{number}", source="t", name=what, keys={"user_id": name}, at=then, seen_at=then, props=props
            )
            events.append((PersonId(name), event))
    with open_project(root) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=events)]):
            pass


@dataclass
class Office:
    """A sender and its clock; a second passes at each look at the stopwatch."""

    rounds: Rounds
    clock: FixedClock
    seconds: float = 0.0

    def until(self, at: str | Instant, *, step: int = HOUR // 4) -> None:
        """Lets time pass, and the sender do what there is to do, a quarter of an hour at a time."""
        end = parse_instant(f"2026-11-{at}Z") if isinstance(at, str) else at
        while True:
            self.seconds += 60
            while self.rounds.go_round():
                self.seconds += 1
            if self.clock.at >= end:
                return
            self.clock.at = Instant(min(self.clock.at + step, end))

    def states(self, run: str) -> Counter[str]:
        """How many people of a run are in each state."""
        found: Counter[str] = Counter()
        for (state, _), count in self.rounds.sender.post.statement.tally(run).items():
            found[state.value] += count
        return found

    def runs(self) -> list[str]:
        """What has begun."""
        return sorted(self.rounds.sender.post.statement.campaigns())

    def sent_at(self, run: str) -> dict[str, str]:
        """When each got it, by the hour and minute."""
        entries = self.rounds.sender.post.statement.entries(run, state="accepted")
        return {one.person: f"{(one.at // 60_000_000 // 60) % 24:02}:{one.at // 60_000_000 % 60:02}" for one in entries}


@contextmanager
def office(root: Path, at: Instant = START) -> Iterator[Office]:
    """A sender at work in the project."""
    clock = FixedClock(at)
    with open_sender(root) as sender, closing(open_database(state_folder(root) / "envoi.sqlite")) as connection:
        rounds = Rounds(
            root=root,
            sender=replace(sender, clock=clock),
            agenda=SqliteLedger(connection),
            ends=lambda _: False,
        )
        found = Office(rounds, clock)
        rounds.seconds = lambda: found.seconds
        yield found
