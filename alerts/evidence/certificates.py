"""The facts of a certificate that the browser refused, as the site shows it to anybody.

Chromium tells them of a certificate that it accepts; of one that it does not, only a Chromium
with windows does. So the site is asked once more, through the gate, for its certificate alone.
"""

from __future__ import annotations

import ssl

from cryptography import x509
from cryptography.x509.oid import NameOID

from alerts.evidence.gate import Gate
from alerts.evidence.heads import Turned
from alerts.evidence.report import Certificate
from monitor.certificate import names_in

MOST_NAMES = 100


async def refused_certificate(gate: Gate, url: str) -> Certificate | None:
    """None where the site shows none that can be read."""
    anybody = ssl.create_default_context()  # no byte of a page comes this way
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        der, protocol = await gate.shake_hands(url, anybody)
        return facts_of(der, protocol.replace("TLSv", "TLS "))
    except (OSError, ValueError, Turned):
        return None


def facts_of(der: bytes, protocol: str) -> Certificate:
    """In the words in which Chromium tells those of a good one. Raises ValueError."""
    found = x509.load_der_x509_certificate(der)
    return Certificate(
        protocol=protocol,
        subject=_common_name(found.subject),
        issuer=_common_name(found.issuer),
        names=names_in(found)[:MOST_NAMES],
        valid_from=found.not_valid_before_utc.timestamp(),
        valid_to=found.not_valid_after_utc.timestamp(),
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value)[:200] if found else ""
