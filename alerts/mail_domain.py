"""Whether other mail servers will believe our mails: SPF, DKIM and DMARC of the sending domain.

Reads only what the domain's owner publishes, and says in plain words what to tell whoever looks
after it. Sources: RFC 7208 (SPF), 6376 (DKIM), 7489 (DMARC).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# The TXT records of a name; none; or None where the name server did not say.
Texts = Callable[[str], tuple[str, ...] | None]

_MOST_LOOKUPS = 10  # RFC 7208 4.6.4
_ASKS_FURTHER = re.compile(r"^[+~?-]?(?:include:|a(?=$|[:/])|mx(?=$|[:/])|ptr(?=$|:)|exists:)")
_COMMON = ("default", "dkim", "mail", "s1", "s2", "k1", "selector1", "selector2", "google", "fm1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Through whom mails leave: the `spf` that a domain must include, and under which names
    its keys are found."""

    name: str
    hosts: tuple[str, ...]
    spf: str
    selectors: tuple[str, ...]
    switch: str  # where signing is turned on


_PROVIDERS = (
    Provider(
        name="Microsoft 365",
        hosts=("smtp.office365.com", "graph.microsoft.com", "mail.protection.outlook.com"),
        spf="spf.protection.outlook.com",
        selectors=("selector1", "selector2"),
        switch="in the Microsoft Defender portal, under Email authentication settings, DKIM",
    ),
    Provider(
        name="Google",
        hosts=("smtp.gmail.com", "smtp-relay.gmail.com"),
        spf="_spf.google.com",
        selectors=("google",),
        switch="in the Google Admin console, under Apps, Gmail, Authenticate email",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`ok` is false where mails will probably be lost or taken for junk."""

    ok: bool
    sentence: str


def advise(domain: str, host: str, texts: Texts) -> Iterator[Advice]:
    """On mails from *domain* that leave through *host*: one piece on each of the three."""
    provider = next((p for p in _PROVIDERS if host.endswith(p.hosts)), None)
    own = texts(domain)
    if own is None:
        yield _unknown(f"Whether other mail servers believe mails from {domain}")
        return
    signed = _signed(domain, provider, texts)
    records = [text for text in own if _is_spf(text)]
    yield _spf(domain, records, provider, texts, signed=signed is not False)
    yield _dkim(domain, provider, signed)
    yield _dmarc(domain, texts)


def _unknown(what: str) -> Advice:
    return _fine(f"{what} could not be asked just now; run this again later.")


def _fine(sentence: str, tell: str = "") -> Advice:
    return _advice(True, sentence, tell)


def _advice(ok: bool, sentence: str, tell: str) -> Advice:
    asked = f" Please tell whoever looks after the domain: {tell}" if tell else ""
    return Advice(ok=ok, sentence=sentence + asked)


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _spf(
    domain: str, records: list[str], provider: Provider | None, texts: Texts, *, signed: bool
) -> Advice:
    if not records:
        wanted = f"v=spf1 include:{provider.spf} -all" if provider else "as your provider says"
        return _advice(
            signed,
            f"{domain} has no SPF record, so others may take its mails for forged.",
            f"add one TXT record at {domain}: {wanted}",
        )
    if len(records) > 1:
        many = f"{domain} has {len(records)} SPF records, and then none of them counts."
        return _advice(False, many, "make them one.")
    return _one_spf(domain, records[0], provider, _reach(records[0], texts), signed=signed)


def _one_spf(
    domain: str, record: str, provider: Provider | None, reach: _Reach, *, signed: bool
) -> Advice:
    if reach.lookups > _MOST_LOOKUPS:
        return _advice(
            False,
            f"The SPF record of {domain} asks more than ten further questions, and then it does "
            "not count.",
            "leave out what is no longer used.",
        )
    if provider and reach.complete and provider.spf not in reach.included:
        return _advice(
            signed,
            f"The SPF record of {domain} does not allow {provider.name} to send for it.",
            f"add include:{provider.spf} to it.",
        )
    if re.search(r"(?:^| )\+?all(?: |$)", record.lower()):
        world = f"The SPF record of {domain} allows the whole world to send in its name."
        return _fine(world, "end it with -all.")
    return _fine(f"{domain} says who may send for it (SPF).")


@dataclass(slots=True)
class _Reach:
    """What an SPF record leads to. Not `complete` where a name server did not say."""

    included: set[str]
    lookups: int = 0
    complete: bool = True


def _reach(record: str, texts: Texts) -> _Reach:
    reach, waiting = _Reach(included=set()), [record]
    while waiting and reach.lookups <= _MOST_LOOKUPS:
        for name in _further(waiting.pop(), reach):
            if name not in reach.included:
                reach.included.add(name)
                found = texts(name)
                reach.complete &= found is not None
                waiting += [text for text in found or () if _is_spf(text)][:1]
    return reach


def _further(record: str, reach: _Reach) -> Iterator[str]:
    for term in record.lower().split()[1:]:
        leads = re.match(r"^[+~?-]?include:(.+)$|^redirect=(.+)$", term)
        reach.lookups += bool(_ASKS_FURTHER.match(term)) or term.startswith("redirect=")
        name = (leads[1] or leads[2]) if leads else ""
        if name and "%" not in name:
            yield name.rstrip(".")


def _signed(domain: str, provider: Provider | None, texts: Texts) -> bool | None:
    """Whether a key is published under a name that is known; None where none was found and a
    name server did not say."""
    selectors = provider.selectors if provider else _COMMON
    silent = False
    for selector in selectors:
        found = texts(f"{selector}._domainkey.{domain}")
        silent |= found is None
        if any(re.search(r"(?:^|;)\s*p=[^;\s]", text) for text in found or ()):
            return True
    return None if silent else False


def _dkim(domain: str, provider: Provider | None, signed: bool | None) -> Advice:
    if signed is None:
        return _unknown(f"Whether mails from {domain} are signed (DKIM)")
    if signed:
        return _fine(f"Mails from {domain} can be signed (DKIM).")
    if provider:
        return _fine(
            f"Mails from {domain} are not signed (DKIM).",
            f"turn it on {provider.switch}, and publish the keys shown there.",
        )
    return _fine(
        f"Whether mails from {domain} are signed (DKIM) cannot be seen from outside. Send a test "
        "mail, and look for dkim=pass in its full header."
    )


def _dmarc(domain: str, texts: Texts) -> Advice:
    for name in _upwards(domain):
        written = texts(f"_dmarc.{name}")
        if written is None:
            return _unknown(f"Whether {name} guards against mails forged in its name (DMARC)")
        found = [text for text in written if text.replace(" ", "").startswith("v=DMARC1")]
        if len(found) > 1:
            many = f"{name} has {len(found)} DMARC records, and then none of them counts."
            return _fine(many, "leave one.")
        if found:
            return _dmarc_policy(name, found[0])
    return _fine(
        f"{domain} does not say what is to become of mails forged in its name (DMARC).",
        f"add a TXT record at _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:postmaster@{domain} "
        "and after some quiet weeks change none to quarantine.",
    )


def _dmarc_policy(name: str, record: str) -> Advice:
    tags = dict(part.strip().partition("=")[::2] for part in record.split(";"))
    policy = tags.get("p", "").strip().lower()
    if policy in ("quarantine", "reject"):
        does = (
            "take mails forged in its name as junk"
            if policy == "quarantine"
            else "refuse mails forged in its name"
        )
        return _fine(f"{name} asks others to {does} (DMARC).")
    return _fine(
        f"{name} watches for mails forged in its name, and has them delivered all the same (DMARC "
        "with p=none). That is right to begin with; later change none to quarantine."
    )


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it but for the last label: the nearest record counts."""
    labels = domain.split(".")
    for start in range(min(len(labels) - 1, 8)):
        yield ".".join(labels[start:])
