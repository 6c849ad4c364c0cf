"""What a sender's domain publishes about its mail: SPF, DKIM and DMARC, judged by its TXT records.

Mailbox providers ask for all three, and that DKIM signs as the domain that people see in From (Gmail and Yahoo since
2024, Outlook since 2025). Each check says what it found, or raises what to publish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from envoi.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.dkim import Signer

#: The TXT records of a name, none if there are none; raises Unreachable if nobody can be asked.
LookUp = Callable[[str], Sequence[str]]

#: RFC 7208 4.6.4: those that ask the DNS, and how often a receiver asks.
_ASKING = re.compile(r"[+?~-]?(?:include|a|mx|ptr|exists)(?:[:/]|$)|redirect=", re.IGNORECASE)
_FURTHER = re.compile(r"[+?~-]?include:(\S+)|redirect=(\S+)", re.IGNORECASE)
_MOST_ASKED = 10
_POLICIES = ("none", "quarantine", "reject")


def check_dkim(signer: Signer, domain: str, look_up: LookUp) -> str:
    """Whether the key is published with which mail from `domain` is signed.

    Raises:
        ProjectError: it is not, or another one is, or the domains do not belong together.
    """
    if domain != signer.domain and not domain.endswith(f".{signer.domain}"):
        hint = f"sign as {domain}, or as the domain it belongs to"
        raise ProjectError(
            f"mail from {domain} is signed as {signer.domain}, which DMARC takes for no proof", hint=hint
        )
    hint = f"publish at {signer.record_name} a TXT record that says {signer.record}"
    records = [tags for tags in map(_tags, look_up(signer.record_name)) if "p" in tags]
    if not records:
        raise ProjectError(f"no key is published at {signer.record_name}", hint=hint)
    if len(records) > 1:
        raise ProjectError(f"more than one key is published at {signer.record_name}", hint="leave one of them")
    if records[0]["p"] != _tags(signer.record)["p"]:
        raise ProjectError(f"another key is published at {signer.record_name} than we sign with", hint=hint)
    tested = ", but as a test (t=y), so it counts for nothing" if "y" in records[0].get("t", "").split(":") else ""
    return f"{signer.algorithm} at {signer.record_name}{tested}"


def check_spf(domain: str, look_up: LookUp) -> str:
    """Whether the domain says who may send its mail; not whether our server is among them.

    Raises:
        ProjectError: it says nothing, or something that servers refuse to read, or that everyone may.
    """
    hint = "publish a TXT record like: v=spf1 include:YOUR-PROVIDER -all"
    record = _spf(domain, look_up)
    if not record:
        raise ProjectError(f"{domain} does not say who may send its mail", hint=hint)
    if re.search(r"(?:^|\s)\+?all\b", record, re.IGNORECASE):
        raise ProjectError(f"{domain} lets everyone send its mail: {record}", hint="end it with -all or ~all")
    asked = sum(1 for _ in _asked(record, look_up, depth=0))
    if asked > _MOST_ASKED:
        hint = "include fewer others, or list addresses"
        raise ProjectError(f"the SPF record of {domain} takes more than {_MOST_ASKED} questions to read", hint=hint)
    return f"{domain}: {record}"


def check_dmarc(domain: str, look_up: LookUp) -> str:
    """Whether the domain, or one that it belongs to, says what to do with mail that proves nothing.

    Raises:
        ProjectError: none does, or not in a way that servers can read.
    """
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = "_dmarc." + ".".join(labels[start:])
        found = [text for text in look_up(name) if text.startswith("v=DMARC1")]
        if not found:
            continue
        policy = _tags(found[0]).get("p", "")
        if len(found) > 1 or policy not in _POLICIES:
            hint = "leave one record, with p=none, p=quarantine or p=reject"
            raise ProjectError(f"servers cannot read what {name} says: {' | '.join(found)}", hint=hint)
        return f"{name}: p={policy}" + (" (nothing is done about forged mail yet)" if policy == "none" else "")
    hint = f"publish at _dmarc.{domain} a TXT record that says: v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    raise ProjectError(f"{domain} publishes no DMARC policy", hint=hint)


def _spf(domain: str, look_up: LookUp) -> str:
    found = [text for text in look_up(domain) if re.match(r"v=spf1(?:\s|$)", text, re.IGNORECASE)]
    if len(found) > 1:
        raise ProjectError(f"{domain} has {len(found)} SPF records, and servers read none", hint="leave one of them")
    return found[0] if found else ""


def _asked(record: str, look_up: LookUp, *, depth: int) -> Iterator[str]:
    """Each question to the DNS that reading the record takes; loops are cut."""
    for term in record.split()[1:]:
        if _ASKING.match(term):
            yield term
            further = _FURTHER.match(term)
            if further and depth < _MOST_ASKED:
                yield from _asked(_spf(further[1] or further[2], look_up), look_up, depth=depth + 1)


def _tags(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record; white space means nothing in them.

    >>> _tags("v=DMARC1; p = none ;; rua=mailto:a@b")
    {'v': 'DMARC1', 'p': 'none', 'rua': 'mailto:a@b'}
    """
    pairs = (tag.partition("=") for tag in record.split(";") if "=" in tag)
    return {name.strip().lower(): re.sub(r"\s", "", value) for name, _, value in pairs}
