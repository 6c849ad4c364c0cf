"""What `envoi report quality` prints for people: findings first, then fields, then what would complete profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.hosts.cli.screen import columns, paint

if TYPE_CHECKING:
    from envoi.reports.quality.answers import FieldQuality, QualityFinding, QualityReport

#: So many fields that would complete profiles are told; JSON has them all.
_MOST = 5


def quality_text(report: QualityReport) -> str:
    """The report in a screenful or two."""
    head = f"{paint(report.project, 'bold')}: data of {report.people:,} people as of {report.at}"
    if not report.people:
        return f"{head}\n\nNobody is known yet: 'envoi import FILE --people' brings some."
    count = len(report.findings)
    parts = [head, *map(_finding, report.findings)] if count else [head, "Nothing to mend was found."]
    fields = [_line(each) for each in report.fields if not each.source and each.total]
    parts.append(f"Fields, and how many have them\n{columns(fields)}")
    incomplete = report.incomplete
    if incomplete.people:
        told = [
            (each.field, f"{each.missing:>9,} without it; {each.only:,} would be complete with it")
            for each in incomplete.fields[:_MOST]
        ]
        lacks = "lacks" if incomplete.people == 1 else "lack"
        what = f"{incomplete.people:,} of {incomplete.of:,} profiles {lacks} something that the project uses"
        parts.append(f"{what}\n{columns(told)}")
    return "\n\n".join(parts)


def _finding(finding: QualityFinding) -> str:
    who = f"\n    envoi who {_quoted(finding.condition)}" if finding.condition else ""
    example = f"\n    {finding.example}" if finding.example else ""
    return f"{paint('!', 'yellow')} {finding.says}{example}\n    {paint(finding.todo, 'dim')}{who}"


def _quoted(condition: str) -> str:
    return "'" + condition.replace("'", "'\\''") + "'"


def _line(each: FieldQuality) -> tuple[str, str]:
    name = f"{each.event}.{each.field}" if each.event else each.field
    faults = [
        *([f"{each.invalid:,} not valid"] if each.invalid else []),
        *([f"{each.shared:,} shared"] if each.shared else []),
        *([each.drift.verdict] if each.drift and each.drift.verdict == "drifted" else []),
    ]
    return name, "  ".join([f"{100 * (each.complete or 0):5.1f} %", *([", ".join(faults)] if faults else [])])
