"""RFC 3161: an authority signs that a SHA-256 existed at a time. Pure: opens no connection.

A token is believed only when it answers our own question (nonce), is about our manifest, and is
signed by a certificate for this purpose that leads to a root we trust. It is kept as it came,
with that root: `openssl ts -verify` then needs nothing of ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from alerts.evidence.errors import Never

_END = b"-----END CERTIFICATE-----"
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class Untrusted(Never):
    """What the authority sent proves nothing; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A verified answer as it came (DER), the root it leads to (PEM), and the time it states."""

    token: bytes
    root: str
    at: datetime


def ask(manifest: bytes) -> TimeStampRequest:
    """The question: only the SHA-256 of *manifest* and a random number are in it."""
    return (
        TimestampRequestBuilder()
        .data(manifest)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )


def believe(
    answer: bytes,
    question: TimeStampRequest,
    manifest: bytes,
    roots: Iterable[x509.Certificate],
) -> Token:
    """The token in *answer*, if it proves what it must. Raises Untrusted."""
    response = _read(answer)
    reason = "its certificate does not lead to an authority that we trust"
    for root in _candidates(response, roots):
        verifier = VerifierBuilder.from_request(question).add_root_certificate(root).build()
        try:
            verifier.verify_message(response, manifest)
        except (VerificationError, ValueError) as fault:
            reason = str(fault)
        else:
            pem = root.public_bytes(Encoding.PEM).decode()
            return Token(token=answer, root=pem, at=response.tst_info.gen_time)
    raise Untrusted(f"The time stamp was not believed: {reason}.")


def problem(token: bytes, root: str, manifest: bytes) -> str | None:
    """What is wrong with a token that was kept: None when it still proves *manifest*."""
    try:
        trusted = x509.load_pem_x509_certificate(root.encode())
        verifier = VerifierBuilder().add_root_certificate(trusted).build()
        verifier.verify_message(_read(token), manifest)
    except (VerificationError, ValueError, Untrusted) as fault:
        return f"the time stamp proves nothing: {fault}"
    return None


@cache
def trusted_roots(own: Path | None = None) -> tuple[x509.Certificate, ...]:
    """Those that browsers trust, and those in the PEM file *own*. Raises Untrusted."""
    found = tuple(_browsers_roots())
    if own is None:
        return found
    try:
        return (*found, *x509.load_pem_x509_certificates(own.read_bytes()))
    except (OSError, ValueError) as fault:
        raise Untrusted(
            f"The certificates in {own.name} cannot be read; please correct timestamp_ca_file "
            "under [evidence]."
        ) from fault


def _browsers_roots() -> Iterator[x509.Certificate]:
    """One by one: a few old ones are not quite in order; those that are refused are left out."""
    blocks = Path(certifi.where()).read_bytes().split(_END)[:-1]
    for block in blocks:
        with warnings.catch_warnings(), suppress(ValueError):
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            yield x509.load_pem_x509_certificate(block + _END)


def _read(answer: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(answer)
    except ValueError as fault:
        raise Untrusted("What came is not a time stamp in the form of RFC 3161.") from fault
    if response.status not in (0, 1):
        raise Untrusted("The authority refused to stamp it.")
    return response


def _candidates(
    response: TimeStampResponse, roots: Iterable[x509.Certificate]
) -> list[x509.Certificate]:
    """Of *roots*, those to which a certificate in the token could lead."""
    try:
        certificates = map(x509.load_der_x509_certificate, response.signed_data.certificates)
        issuers = {certificate.issuer for certificate in certificates}
    except ValueError as fault:
        raise Untrusted("What came is a time stamp that cannot be read.") from fault
    return [root for root in roots if root.subject in issuers]
