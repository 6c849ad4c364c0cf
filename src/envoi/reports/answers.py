"""What Envoi answers: the records behind `--json`, the pages and the Python interface; their fields are a contract."""

from __future__ import annotations

import msgspec

from envoi.conditions.explain import Why
from envoi.decisions.decision import Decision, Reason
from envoi.events.event import Value


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What all answers have in common: they are plain data."""


class Who(Answer, frozen=True, kw_only=True):
    """The people for whom a condition held."""

    at: str
    count: int
    #: The business's own user ids where known; left out if only the count was asked for.
    people: list[str] | None = None


class PeopleMerged(Answer, frozen=True, kw_only=True):
    """Two people are one."""

    #: What they are called from now on.
    person: str
    #: What one of them was called until now; empty if they were one already.
    gone: str
    #: The keys that this one had.
    nodes: list[str]
    because: str
    changed: bool


class PeopleSeparated(Answer, frozen=True, kw_only=True):
    """One person is two."""

    person: str
    #: What the other is called.
    to: str
    #: The other's keys.
    nodes: list[str]
    because: str


class WhySegment(Answer, frozen=True, kw_only=True):
    """Whether a person is in a segment, or a condition holds, and why."""

    person: str
    at: str
    condition: str
    holds: bool
    why: Why
    #: The segment's name; empty for a condition.
    segment: str = ""


class WhyMessage(Answer, frozen=True, kw_only=True):
    """Why a person got this mail, or did not."""

    message: str
    campaign: str
    person: str
    state: str
    reason: str
    decided_at: str
    #: Which content rule won; empty if no decision was made.
    content: str
    propensity: float
    reasons: list[Reason]
    products: list[dict[str, Value]]


class Preview(Answer, frozen=True, kw_only=True):
    """The mail a person would get now."""

    person: str
    campaign: str
    in_audience: bool
    #: Why the person would get nothing; the mail is shown all the same where it can be made.
    skip: str
    to: str
    subject: str
    html: str
    text: str
    decision: Decision | None = None


class PreviewCase(Answer, frozen=True, kw_only=True):
    """One person whose mail is worth looking at; None: there is nobody of whom it is true."""

    label: str
    why: str
    person: str | None


class PreviewCases(Answer, frozen=True, kw_only=True):
    """The people worth looking at, and among how many they were found."""

    campaign: str
    looked_at: int
    cases: list[PreviewCase]


class Plan(Answer, frozen=True, kw_only=True):
    """What sending a campaign would do, or did when it was planned."""

    campaign: str
    at: str
    audience: int
    to_send: int
    held_out: int
    skipped: dict[str, int]
    content: dict[str, int]


class Verified(Answer, frozen=True, kw_only=True):
    """The proof that everyone of the frozen audience is in exactly one state."""

    campaign: str
    ok: bool
    finished: bool
    planned_at: str
    audience: int
    states: dict[str, int]
    reasons: dict[str, dict[str, int]]
    problems: list[str]
    advice: list[str]


class SegmentSize(Answer, frozen=True, kw_only=True):
    """One segment and how many people are in it."""

    name: str
    description: str
    condition: str
    people: int


class Hits(Answer, frozen=True, kw_only=True):
    """Openings or clicks: each that was recorded, and those of them that may have been people's."""

    #: All, machines among them.
    hits: int
    #: Those of scanners, proxies and other programs.
    machines: int
    #: How many people there were, but for machines; how many mails were reached, by whomever.
    people: int
    reached: int


class LinkHits(Hits, frozen=True, kw_only=True):
    """The clicks on one link."""

    url: str


class Engagement(Answer, frozen=True, kw_only=True):
    """How a campaign's mails were read, as far as people agreed to be counted."""

    opens: Hits
    clicks: Hits
    #: The links that people followed most.
    links: list[LinkHits]
    #: Hits of machines, by what gave them away.
    machines: dict[str, int]


class CampaignReport(Answer, frozen=True, kw_only=True):
    """One campaign's states; they add up to the audience."""

    campaign: str
    description: str
    #: Empty if it was never planned.
    planned_at: str
    audience: int
    sent: int
    held_out: int
    skipped: dict[str, int]
    states: dict[str, int]
    finished: bool
    #: How its mails were read, where anybody was counted.
    read: Engagement | None = None
    #: "marketing" or "transactional".
    kind: str = "marketing"
    #: What a campaign that was planned does now: "sending", "paused", "cancelled" or "restored".
    status: str = ""
    #: How many wait for the end of quiet hours, of a cap, or of a day, by the reason; all of them are planned.
    waiting: dict[str, int] = {}


class Sent(Answer, frozen=True, kw_only=True):
    """What one call of send did."""

    #: False if the campaign had been planned before and this call went on with it.
    planned_now: bool
    report: CampaignReport
    #: Why it ended early; empty if it did not.
    stopped: str = ""
    #: "sending", "paused" or "cancelled".
    status: str = "sending"
    #: When there is more to send; empty if nothing is left, or other processes have it in hand.
    again_at: str = ""


class Ordered(Answer, frozen=True, kw_only=True):
    """What came of pausing, resuming or cancelling a campaign."""

    #: What it does now: "sending", "paused" or "cancelled".
    status: str
    #: How many people it concerned: those whose mail was cancelled, for one.
    moved: int
    #: The most mails an hour; 0 for no limit.
    rate_per_h: int
    report: CampaignReport


class Inbox(Answer, frozen=True, kw_only=True):
    """What came of mails that came back."""

    read: int
    #: New bounces, complaints, and wishes to unsubscribe.
    events: int
    #: About no mail of ours, as far as can be proved.
    set_aside: int
    #: Known before, automatic answers, letters.
    ignored: int


class Suppressed(Answer, frozen=True, kw_only=True):
    """What is known of one address."""

    #: Stands for the address.
    key: str
    #: Why mail does not go to it; empty if it does.
    reason: str
    since: str
    soft_bounces: int
    #: By whom, when and why it was lifted; empty if it was not.
    lifted: str


class Suppressions(Answer, frozen=True, kw_only=True):
    """Addresses that mail does not go to; or one, whatever is known of it."""

    #: The one that was asked for; empty: all.
    address: str
    suppressed: list[Suppressed]


class Word(Answer, frozen=True, kw_only=True):
    """One entry of a person's consent ledger: what was said or asked, and what became of it."""

    #: Its place in the log.
    seq: int
    at: str
    seen_at: str
    purpose: str
    #: Yes or no; None for a question that was asked.
    granted: bool | None
    #: What it changed, in words: "opened", "closed", "said again".
    changed: str
    source: str
    method: str
    #: The version of the text that was answered; `wordings` has the text.
    wording_id: str
    basis: str
    proof: dict[str, str]
    #: Until when it rests, if the word was a pause.
    paused_until: str = ""


class Standing(Answer, frozen=True, kw_only=True):
    """What holds of one purpose now."""

    purpose: str
    #: What the person last said; None if they were never asked.
    granted: bool | None
    #: Whether data may be used for it, or mail sent, by that and by what the project asks for.
    is_open: bool
    since: str


class ConsentLedger(Answer, frozen=True, kw_only=True):
    """Everything a person said and was asked about what their data may be used for, in the order it came."""

    person: str
    words: list[Word]
    #: Each text by its version.
    wordings: dict[str, str]
    stands: list[Standing]


class ConsentCount(Answer, frozen=True, kw_only=True):
    """How many people's last word on a purpose is the same, and came the same way."""

    purpose: str
    granted: bool
    source: str
    method: str
    people: int


class ConsentCounts(Answer, frozen=True, kw_only=True):
    """What all people last said, by purpose and source."""

    people: int
    counts: list[ConsentCount]


class Report(Answer, frozen=True, kw_only=True):
    """The project at a glance."""

    project: str
    at: str
    people: int
    #: Events taken in, by name.
    events: dict[str, int]
    segments: list[SegmentSize]
    campaigns: list[CampaignReport]


class Standardised(Answer, frozen=True, kw_only=True):
    """What a rule of the project did to a field."""

    rule: str
    #: Values that are in standard form now, and were not.
    changed: int
    #: Some of them as they were, each with what it is now.
    examples: dict[str, str]
    #: Values that have no standard form, by reason; each is kept beside the event.
    faults: dict[str, int]
    #: The first value of each reason.
    faulty: dict[str, str]


class Imported(Answer, frozen=True, kw_only=True):
    """What an import did, or, on a dry run, would do."""

    file: str
    kind: str
    dry_run: bool = False
    #: What `envoi import --undo` and the page Imports call it; empty on a dry run.
    name: str = ""
    #: Records read by this call, those set aside among them.
    records: int
    #: New events by name; on a dry run, events read by name, since what is new is known only to the log.
    events: dict[str, int]
    #: Events that were in the log already.
    repeated: int
    people: int
    #: Records set aside, by reason, the most frequent first.
    rejected: dict[str, int]
    #: The first record of each reason, with its place.
    examples: dict[str, str]
    #: Columns of the file that the mapping has no use for.
    left_out: list[str]
    #: Groups of lines of which some stood apart from the others, so that they are several events.
    parted: int
    #: What rules did, by field.
    standardised: dict[str, Standardised] = {}
    #: Where all rejects of this file are; empty if there are none.
    rejects_file: str = ""
    #: Where in the file an earlier, interrupted run had come to; 0 if this one began at the beginning.
    resumed_at: int = 0
    #: When this file had been taken in whole before, so that nothing was left to do; empty if it had not.
    finished_at: str = ""
    seconds: float = 0.0


class Secrets(Answer, frozen=True, kw_only=True):
    """What public links are signed with."""

    #: How many are read; the last one makes new links.
    secrets: int
    #: Whether that one was made by this call.
    renewed: bool


class Check(Answer, frozen=True, kw_only=True):
    """One thing `doctor` looked at."""

    name: str
    ok: bool
    found: str
    #: What to do if it is not ok.
    fix: str = ""


class Mistake(Answer, frozen=True, kw_only=True):
    """One mistake in a project's files."""

    file: str
    line: int
    column: int
    what: str
    hint: str


class Checked(Answer, frozen=True, kw_only=True):
    """All mistakes in a project's files, and what is no mistake but worth a look."""

    ok: bool
    mistakes: list[Mistake]
    warnings: list[Mistake]
    segments: int
    campaigns: int
    templates: int
