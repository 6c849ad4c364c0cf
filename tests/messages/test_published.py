"""What a domain publishes is judged as mail servers do, and what is missing is said with the record to publish."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from envoi.errors import ProjectError
from envoi.messages.dkim import Signer
from envoi.messages.published import LookUp, check_dkim, check_dmarc, check_spf

SIGNER = Signer(domain="example.org", selector="s1", key=Ed25519PrivateKey.generate())
OTHER = Signer(domain="example.org", selector="s1", key=Ed25519PrivateKey.generate())
AT = "s1._domainkey.example.org"


def zone(**records: list[str]) -> LookUp:
    """A DNS with these texts; a name's dots are written as `__`."""
    known = {name.replace("__", "."): texts for name, texts in records.items()}
    return lambda name: known.get(name, [])


def key_at(*texts: str) -> LookUp:
    return lambda name: list(texts) if name == AT else []


def refused(check: Callable[[], str]) -> ProjectError:
    with pytest.raises(ProjectError) as refusal:
        check()
    assert refusal.value.hint
    return refusal.value


@pytest.mark.parametrize("domain", ["example.org", "news.example.org"])
def test_a_key_that_is_published_is_found(domain: str) -> None:
    said = SIGNER.record.replace("; ", " ;\t").replace("p=", "p= ")
    assert check_dkim(SIGNER, domain, key_at(said)) == f"ed25519-sha256 at {AT}"


def test_a_key_that_is_only_tried_is_said_to_be() -> None:
    assert "t=y" in check_dkim(SIGNER, "example.org", key_at(SIGNER.record + "; t=s:y"))


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "no key"),
        (["v=spf1 -all"], "no key"),
        ([OTHER.record], "another key"),
        (["v=DKIM1; p="], "another key"),
        ([SIGNER.record, OTHER.record], "more than one key"),
    ],
)
def test_a_key_that_is_not_published_is_said_with_its_record(texts: list[str], says: str) -> None:
    refusal = refused(lambda: check_dkim(SIGNER, "example.org", key_at(*texts)))
    assert says in refusal.what
    assert len(texts) > 1 or (SIGNER.record in refusal.hint and AT in refusal.hint)


@pytest.mark.parametrize("domain", ["example.net", "badexample.org", "org"])
def test_a_signature_of_another_domain_proves_nothing(domain: str) -> None:
    assert "no proof" in refused(lambda: check_dkim(SIGNER, domain, key_at(SIGNER.record))).what


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "does not say"),
        (["v=spf10 -all", "something else"], "does not say"),
        (["v=spf1 -all", "v=spf1 mx -all"], "has 2 SPF records"),
        (["v=spf1 +all"], "lets everyone"),
        (["v=spf1 mx all"], "lets everyone"),
        (["v=spf1 " + " ".join(f"a:{n}.example.org" for n in range(11)) + " -all"], "more than 10 questions"),
        (["v=spf1 include:loop.example.org -all"], "more than 10 questions"),
    ],
)
def test_what_servers_cannot_use_is_no_spf(texts: list[str], says: str) -> None:
    look_up = zone(example__org=texts, loop__example__org=["v=spf1 include:loop.example.org ~all"])
    assert says in refused(lambda: check_spf("example.org", look_up)).what


def test_spf_is_what_it_says() -> None:
    look_up = zone(example__org=["a", "v=spf1 include:p.example ip4:192.0.2.1 -all"], p__example=["v=spf1 a mx ~all"])
    assert check_spf("example.org", look_up) == "example.org: v=spf1 include:p.example ip4:192.0.2.1 -all"


@pytest.mark.parametrize(
    ("domain", "texts", "found"),
    [
        ("example.org", ["v=DMARC1; p=reject"], "_dmarc.example.org: p=reject"),
        ("a.b.example.org", ["x", "v=DMARC1;p=quarantine"], "_dmarc.example.org: p=quarantine"),
        ("example.org", ["v=DMARC1; p=none"], "_dmarc.example.org: p=none (nothing is done about forged mail yet)"),
    ],
)
def test_a_policy_holds_for_what_is_below_it(domain: str, texts: list[str], found: str) -> None:
    assert check_dmarc(domain, zone(_dmarc__example__org=texts)) == found


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "publishes no DMARC policy"),
        (["v=DMARC1"], "cannot read"),
        (["v=DMARC1; p=maybe"], "cannot read"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "cannot read"),
    ],
)
def test_a_policy_that_is_none_is_said_with_one(texts: list[str], says: str) -> None:
    refusal = refused(lambda: check_dmarc("example.org", zone(_dmarc__example__org=texts)))
    assert says in refusal.what
    assert "p=none" in refusal.hint
