"""A project in which everything was used that keeps data of people; Ada's are such that they are found anywhere."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from envoi.adapters.database import open_database
from envoi.adapters.people.enriched import open_answers
from envoi.adapters.segments.sqlite import SqliteMemberships
from envoi.clock import Instant, SystemClock
from envoi.conditions import bind
from envoi.events.event import ENVOI, Event, Name, PersonId, Rejected, Value
from envoi.events.port import Batch
from envoi.flow import on_event, on_events
from envoi.hosts.folder import secret, state_folder
from envoi.hosts.importing import FileToImport, import_file
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.opening import Definition, opened
from envoi.hosts.local import open_project
from envoi.hosts.privacy.requests import Kind, Requests
from envoi.hosts.sending import open_sender
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import settings_alone
from envoi.messages.links import Link
from envoi.messages.suppression import standings
from envoi.people.enrich import Kept as Enriched
from envoi.people.match.review import Review
from envoi.people.port import Node
from envoi.segments.live import LiveJudge

ADA, BOB, CLEO = PersonId("customer-ada-4711"), PersonId("customer-bob-4712"), PersonId("customer-cleo-4713")
ADDRESS, NEW_ADDRESS = "ada.q@persons.example", "Countess@persons.example"
PHONE = "+351210987654"
#: What may be found nowhere once she is erased.
TRACES = [b"ada-4711", b"ada.q", b"ada.q%40", b"ountess@persons", b"Lovelacequist", b"210987654", b"enchantress"]

FILES = {
    "envoi.toml": """name = "Corner"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street, Lisbon"
""",
    "events/plan.toml": """[events."Order Completed".properties]
total = "number"
note = "text"
[traits]
first_name = "text"
last_name = "text"
email = "text"
phone = "text"
""",
    "segments/buyers.toml": 'name = "Buyers"\ncondition = \'did "Order Completed" in the last 30 days\'\n',
    "templates/hello.mjml": """<mjml><mj-head><mj-title>For {{ person.first_name }}</mj-title></mj-head><mj-body>
<mj-section><mj-column><mj-text>Dear {{ person.first_name }} {{ person.last_name }}, {{ shop.address }}
<a href="{{ unsubscribe_url }}">no more</a></mj-text></mj-column></mj-section></mj-body></mjml>
""",
    "campaigns/hello.toml": """audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
""",
    "campaigns/later.toml": """audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
""",
    "people.csv": f"""user_id,email,first_name,last_name
{BOB},bob@persons.example,Bob,Builder
{ADA},{ADDRESS},Ada,Lovelacequist,once,too,often
,,nobody,at all
""",
}


def make(root: Path, *, store_url: str = "") -> Path:
    """The project, after some use."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if store_url:
        with (root / "envoi.toml").open("a") as file:
            file.write(f'[store]\nurl = "{store_url}"\n')
    _happened(root)
    if not store_url:
        live(root)
    with open_project(root) as envoi:
        envoi.send("hello")
        envoi.freeze("later")
        import_file(envoi, FileToImport(path=root / "people.csv", kind="people"))
    _heard(root)
    draft = state_folder(root) / "drafts" / "people-1"
    draft.mkdir(parents=True)
    (draft / "people.csv").write_text(f"user_id\n{ADA}\n", encoding="utf-8")
    _known(root)
    with open_answers(state_folder(root)) as answers:
        for spell in ("old enchantress", "enchantress"):
            answers.put("census", ADA, Enriched(asked="x", answer={"title": spell}, until=SystemClock().now()))
    Requests(root).open(Kind.ERASE, ADA, SystemClock().now(), because=f"{ADDRESS} wrote")
    with open_project(root):
        pass
    return root


def event(name: str, person: PersonId, number: str, props: dict[str, Value], at: Instant) -> tuple[PersonId, Event]:
    """One event."""
    made = Event(id=number, source="web", name=name, keys={"user_id": person}, at=at, seen_at=at, props=props)
    return person, made


def happenings(now: Instant) -> list[tuple[PersonId, Event]]:
    """What Ada, Bob and Cleo did; Cleo shares Ada's phone, and Bob told of Ada."""
    first = Instant(now - 3_600_000_000)
    ada: dict[str, Value] = {"email": ADDRESS, "first_name": "Ada", "last_name": "Lovelacequist", "phone": PHONE}
    return [
        event(Name.PROFILE_UPDATED, ADA, "visit-ada-4711-1", ada, first),
        event(Name.PROFILE_UPDATED, ADA, "m2", {"email": NEW_ADDRESS, "note": "enchantress"}, Instant(first + 1)),
        event(Name.PROFILE_UPDATED, BOB, "m3", {"email": "bob@persons.example", "first_name": "Bob"}, first),
        event(Name.PROFILE_UPDATED, CLEO, "m4", {"email": "cleo@persons.example"}, first),
        *(
            event(Name.CONSENT_CHANGED, who, f"c-{who}", {"purpose": "newsletter", "granted": True}, first)
            for who in (ADA, BOB, CLEO)
        ),
        *(
            event("Order Completed", who, f"o-{who}", {"total": 12, "note": f"for {who}"}, Instant(first + 2))
            for who in (ADA, BOB, CLEO)
        ),
        (
            ADA,
            replace(event("Signed In", ADA, "m6", {}, Instant(first + 3))[1], keys={"user_id": ADA, "email": ADDRESS}),
        ),
        event("Friend Invited", BOB, "m5", {"friend": f"mailto:{ADDRESS.upper()}", "n": 1}, Instant(first + 3)),
    ]


def _happened(root: Path) -> None:
    aside = Rejected(
        source="web", place="message 9", reason="no time", seen_at=SystemClock().now(),
        raw=f'{{"userId":"{ADA}","event":"Lost"}}',
    )  # fmt: skip
    with open_project(root) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=happenings(SystemClock().now()), rejected=[aside])]):
            pass


def live(root: Path) -> None:
    """The live host comes and goes."""
    with open_project(root) as envoi:
        conditions = {
            name: bind(one.condition, envoi.project.definitions) for name, one in envoi.project.segments.items()
        }
    definition = Definition(conditions=lambda: conditions, judge=LiveJudge, key=secret(root))
    moments = Moments(SystemClock())
    with opened(state_folder(root) / "envoi.sqlite", definition, moments) as found:
        for _ in range(3):
            on_event(found.log, found.watch, Batch(), moments.next())
        found.save_all()


def _heard(root: Path) -> None:
    """A mail came back, a link was made, and a word was said."""
    with open_sender(root) as sender, open_stores(settings_alone(root), state_folder(root)) as kept:
        mail = next(iter(sender.post.statement.entries("hello", person=ADA)))
        now = SystemClock().now()
        props: dict[str, Value] = {
            "campaign": "hello", "message_id": mail.message_id, "recipient": mail.address, "kind": "hard",
            "code": "5.1.1", "reason": f"<{mail.address}> is unknown",
        }  # fmt: skip
        bounce = Event(
            id=f"bounce:{mail.message_id}", source=ENVOI, name=Name.EMAIL_BOUNCED, keys={"user_id": ADA}, at=now,
            seen_at=now, props=props,
        )  # fmt: skip
        kept.log.append(Batch(events=[(ADA, bounce)]))
        kept.suppressions.add(standings([bounce], secret(root)).values())
        urls = [f"https://shop.example.org/?to={ADDRESS.replace('@', '%40')}", f"https://shop.example.org/?c={ADA}",
                "https://shop.example.org/"]  # fmt: skip
        kept.targets.add([Link(id=f"l{number}", campaign="hello", url=url) for number, url in enumerate(urls)])


def _known(root: Path) -> None:
    """It is known who is whom: Ada has an anonymous id too, Cleo is somebody else, and Bob may be her."""
    anonymous = PersonId("anonymous_id:browser-ada-4711")
    nodes = [
        Node(node=anonymous, person=ADA, is_shared=False, apart=()),
        Node(node=ADA, person=ADA, is_shared=False, apart=(CLEO,)),
        Node(node=CLEO, person=CLEO, is_shared=False, apart=(ADA,)),
    ]
    pair = Review(
        one=BOB, other=ADA, at=SystemClock().now(), score=0.95, reasons=("a name",), records=("Ada", "enchantress"),
    )  # fmt: skip
    with open_stores(settings_alone(root), state_folder(root)) as kept:
        kept.identity.write(nodes)
        kept.reviews.put([pair])


def segments_of(root: Path, person: PersonId) -> set[str]:
    """The segments that the live host let the person into."""
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        return set(SqliteMemberships(connection).of(person))


def traces(folder: Path, of: list[bytes] = TRACES) -> list[str]:
    """The files below the folder that hold anything of it, in whatever letters, and what."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes().lower()
            found += [f"{path.relative_to(folder)}: {each.decode()}" for each in of if each.lower() in data]
    return found
