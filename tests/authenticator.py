"""A device that keeps passkeys, in a few lines: W3C Web Authentication, level 3, section 6.

What a browser does between it and a page (the origin, the challenge) is done here, too.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
_ES256 = -7


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(given: str) -> bytes:
    return urlsafe_b64decode(given + "=" * (-len(given) % 4))


@dataclass
class Device:
    """Holds one passkey. *flags*: what it says it checked of the person."""

    origin: str
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    handle: bytes = field(default_factory=lambda: token_bytes(32))
    owner: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, question: str) -> str:
        """navigator.credentials.create()"""
        asked = json.loads(question)
        self.owner = asked["user"]["id"]
        client = self._client("webauthn.create", asked["challenge"])
        attestation = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._said(asked["rp"]["id"], ATTESTED) + self._public(),
        }
        return self._answer(
            {"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(attestation))}
        )

    def use(self, question: str, **instead: str) -> str:
        """navigator.credentials.get(). *instead*: what is answered in place of the truth."""
        asked = json.loads(question)
        self.uses += 1
        client = self._client("webauthn.get", asked["challenge"])
        said = self._said(asked["rpId"])
        signature = self.key.sign(said + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(said),
            "signature": text(signature),
            "userHandle": self.owner,
        }
        return self._answer(response | instead)

    def _answer(self, response: dict[str, str]) -> str:
        name = text(self.handle)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _said(self, party: str, more: int = 0) -> bytes:
        counted = self.uses.to_bytes(4, "big")
        return sha256(party.encode()).digest() + bytes([self.flags | more]) + counted

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        cose: dict[int, Any] = {
            1: 2,
            3: _ES256,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        length = len(self.handle).to_bytes(2, "big")
        return bytes(16) + length + self.handle + cbor2.dumps(cose)
