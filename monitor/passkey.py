"""Passkeys (W3C Web Authentication, level 3): what a browser is asked, and whether its answer is
true. Pure: remembers nothing.

A phone, a computer or a key on a keyring keeps them, and uses one only once it has checked a
finger, a face or a PIN; so each counts as two factors. Who made the device is not asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

# webauthn is loaded where it is needed: most commands never are at this door. It lets through
# whatever its parsers raise, so all of that counts as an answer that is not true.

ANSWER_WITHIN = timedelta(minutes=5)
LONGEST = 12_000  # characters of an answer
_NAME = "Reputation monitor"  # as devices list it
_MILLISECONDS = int(ANSWER_WITHIN.total_seconds() * 1000)


class NotTrue(ValueError):
    """An answer that does not prove what it should; what is wrong with it is nobody's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Whom a passkey is for: the dashboard, as its configured address names it. What a browser
    says in its Host header is never asked."""

    id: str  # the host, in small letters, as in "monitor.school.example"
    origin: str  # as browsers write it

    @property
    def fit(self) -> bool:
        """Whether browsers offer passkeys there: a name, not a number, by https or on this very
        computer."""
        by_name = bool(self.id) and not _is_number(self.id)
        return by_name and (self.origin.startswith("https://") or _is_here(self.id))


def party_at(address: str) -> RelyingParty:
    """*address*: as in the configuration, http(s)://host[:port]."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    written = f"[{host}]" if ":" in host else host
    return RelyingParty(id=host, origin=f"{parts.scheme}://{written}{port}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a passkey; nobody gets in with it. All but `uses` in base64url."""

    handle: str  # names it, wherever it is
    public_key: str  # COSE
    uses: int  # as the device counts them; some always say 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Which passkey an answer says it is of, and whose; nothing of it is proved yet."""

    handle: str
    owner: str


def new_challenge() -> str:
    """256 bits, in base64url."""
    return secrets.token_urlsafe(32)


def new_owner() -> str:
    """Stands for a person on their devices, and says nothing about them."""
    return secrets.token_urlsafe(32)


def to_make(
    party: RelyingParty, challenge: str, owner: str, email: str, known: Iterable[str]
) -> str:
    """What the browser is asked, as JSON. *known*: handles of those that the person has."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=_NAME,
        user_id=base64url_to_bytes(owner),
        user_name=email,
        challenge=base64url_to_bytes(challenge),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_described(handle) for handle in known],
    )
    return options_to_json(options)


def to_use(party: RelyingParty, challenge: str) -> str:
    """The same for signing in: any passkey that the device has for us."""
    from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        timeout=_MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made(party: RelyingParty, challenge: str, answer: str) -> Key:
    """A new passkey. Raises NotTrue."""
    from webauthn import base64url_to_bytes, verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    try:
        found = verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise NotTrue from error
    return Key(
        handle=bytes_to_base64url(found.credential_id),
        public_key=bytes_to_base64url(found.credential_public_key),
        uses=found.sign_count,
    )


def claimed(answer: str) -> Claim:
    """Raises NotTrue."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

    try:
        found = parse_authentication_credential_json(_bounded(answer))
        owner = found.response.user_handle or b""
        return Claim(handle=bytes_to_base64url(found.raw_id), owner=bytes_to_base64url(owner))
    except Exception as error:
        raise NotTrue from error


def used(party: RelyingParty, challenge: str, answer: str, key: Key) -> int:
    """Whoever answered has the passkey, and was checked by its device; its uses since. One that
    counts, and has not counted on, may be a copy. Raises NotTrue."""
    from webauthn import base64url_to_bytes, verify_authentication_response

    try:
        return verify_authentication_response(
            credential=_bounded(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.uses,
            require_user_verification=True,
        ).new_sign_count
    except Exception as error:
        raise NotTrue from error


def _described(handle: str) -> PublicKeyCredentialDescriptor:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(handle))


def _bounded(answer: str) -> str:
    if len(answer) > LONGEST:
        raise NotTrue
    return answer


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
