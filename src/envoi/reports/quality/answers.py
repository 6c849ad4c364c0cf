"""What `envoi report quality` answers; its fields are a contract."""

from __future__ import annotations

from envoi.reports.answers import Answer


class FieldUse(Answer, frozen=True, kw_only=True):
    """One thing that uses a field."""

    #: "campaign", "template" or "segment".
    kind: str
    name: str
    #: For a campaign: what of it does.
    how: str


class FieldDrift(Answer, frozen=True, kw_only=True):
    """How far the values of the present window are from those of the reference window."""

    #: "psi" for texts, "ks" for numbers and times.
    measure: str
    value: float
    #: Beyond this it is neither chance nor a trifle.
    limit: float
    before: int
    now: int
    #: "drifted", "steady" or "too few".
    verdict: str
    #: The values whose share changed most: before, now.
    moved: dict[str, tuple[float, float]]


class FieldQuality(Answer, frozen=True, kw_only=True):
    """A field of people (an empty event), or a property of events, from all sources (an empty one) or one of them."""

    event: str
    field: str
    kind: str
    source: str
    #: People, or events in both windows.
    total: int
    filled: int
    #: The share that has it; null where there is nothing that could.
    complete: float | None
    #: Values of another kind than the field's.
    misfits: int
    #: Values that were looked at one by one, and those of them that are not what they should be.
    looked_at: int
    invalid: int
    invalid_examples: dict[str, str]
    #: Different values; of fields of people alone.
    distinct: int
    #: People who share their value with somebody, where nobody should.
    shared: int
    #: When it was last told; empty if it never was.
    newest: str
    drift: FieldDrift | None
    used_by: list[FieldUse]
    #: By day: who came on it, or happened, and the share that has the field; of the whole field only.
    days: list[tuple[str, int, float]]


class VolumeDay(Answer, frozen=True, kw_only=True):
    """A day's events, and how many were expected; null while there is too little history."""

    day: str
    count: int
    low: int | None
    high: int | None
    verdict: str


class Volume(Answer, frozen=True, kw_only=True):
    """The events of one name from one source."""

    event: str
    source: str
    total: int
    newest: str
    days: list[VolumeDay]


class QualityFinding(Answer, frozen=True, kw_only=True):
    """Something that is not as it should be, in words."""

    #: The same as long as it is the same finding.
    key: str
    #: "missing", "lost", "invalid", "misfit", "shared", "drift", "volume", "silent", "set aside" or "repair".
    kind: str
    event: str
    field: str
    source: str
    #: Without anything about a person, so that it can be told to whoever listens.
    says: str
    #: A case of it, which may be about a person.
    example: str
    #: What to do about it.
    todo: str
    #: How many people, events or records it is about, and of how many.
    count: int
    of: int
    #: A condition for `envoi who` that lists them; empty where none can.
    condition: str
    touches: list[FieldUse]
    #: Findings are ranked by it: the share that is concerned, times what it touches.
    rank: float


class Completion(Answer, frozen=True, kw_only=True):
    """A field that would complete profiles."""

    field: str
    #: By how much the project uses it.
    weight: int
    #: People who lack it, and those of them who lack nothing else.
    missing: int
    only: int
    used_by: list[FieldUse]


class IncompleteProfile(Answer, frozen=True, kw_only=True):
    """A person whose profile is incomplete, and what would complete it, what matters most first."""

    person: str
    lacks: list[str]


class Incomplete(Answer, frozen=True, kw_only=True):
    """Which profiles lack something that the project uses."""

    people: int
    of: int
    fields: list[Completion]
    #: A condition for `envoi who` that lists them.
    condition: str
    #: Some of those who lack most.
    examples: list[IncompleteProfile]


class QualityReport(Answer, frozen=True, kw_only=True):
    """How good the project's data are."""

    project: str
    at: str
    #: The windows that are compared: where the reference begins, where the present one does; it ends at `at`.
    reference_from: str
    present_from: str
    people: int
    findings: list[QualityFinding]
    fields: list[FieldQuality]
    volumes: list[Volume]
    incomplete: Incomplete
    #: Records set aside in the present window, by source and reason.
    set_aside: dict[str, dict[str, int]]
