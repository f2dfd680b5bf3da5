"""What is looked for, by name. Where two overlap, the one that stands first says what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from answerable.traces.redaction.detectors import (
    assigned_secret,
    authorization,
    card,
    connection_string,
    email,
    iban,
    ip,
    jwt,
    phone,
    private_key,
    provider_keys,
)
from answerable.traces.redaction.detectors.national_ids.americas import AMERICAS
from answerable.traces.redaction.detectors.national_ids.elsewhere import ELSEWHERE
from answerable.traces.redaction.detectors.national_ids.europe import EUROPE
from answerable.traces.redaction.types import Detector

DETECTORS: Final[Mapping[str, Detector]] = {
    "private_key": private_key.DETECTOR,
    "jwt": jwt.DETECTOR,
    "provider_keys": provider_keys.DETECTOR,
    "authorization": authorization.DETECTOR,
    "connection_string": connection_string.DETECTOR,
    "assigned_secret": assigned_secret.DETECTOR,
    "email": email.DETECTOR,
    "card": card.DETECTOR,
    "iban": iban.DETECTOR,
    **{name: number.to_detector() for name, number in {**AMERICAS, **EUROPE, **ELSEWHERE}.items()},
    "phone": phone.DETECTOR,
}

OPTIONAL: Final[Mapping[str, Detector]] = {"ip": ip.DETECTOR}
"""What an app asks for: it is found where it is not meant too often to be looked for in every app."""
