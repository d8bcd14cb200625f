"""What the usual forms say of a registration, in their own words."""

from __future__ import annotations

import re

from workshop_tui.model.registration import RegistrationStatus

_REGISTERED = {
    "", "accepted", "active", "approved", "attended", "attending", "booked", "checked in", "coming", "complete",
    "completed", "confirmed", "free", "going", "issued", "manual", "offline", "paid", "partially refunded",
    "partially transferred", "registered", "reserved", "success", "valid", "yes",
}  # fmt: skip
_WAITING = {
    "awaiting approval", "awaiting payment", "incomplete", "interested", "invite sent", "invited", "in progress",
    "maybe", "not completed", "not confirmed", "on hold", "on waitlist", "pending", "pending approval", "processing",
    "requested", "reserve", "session", "tentative", "unassigned", "unconfirmed", "unpaid", "wait list", "waiting",
    "waiting list", "waitlist", "waitlisted",
}  # fmt: skip
_CANCELLED = {
    "abandoned", "absent", "blocked", "cancelled", "canceled", "charged back", "declined", "deleted", "denied",
    "deregistered", "disputed", "duplicate", "expired", "failed", "no", "no show", "not approved", "not attending",
    "not coming", "not going", "refunded", "refused", "rejected", "removed", "revoked", "spam", "transferred",
    "unregistered", "void", "voided", "withdrawn", "withdrew",
}  # fmt: skip
_CAME = {"attended", "checked in"}
_NO = {"", "no", "false", "0", "n", "n/a", "-", "none"}


def registration_status(text: str) -> RegistrationStatus | None:
    """None for words that no usual form says.

    Who did what is left away ("cancelled by self", "denied by host"), and of two words joined each must mean the same
    ("Refunded/Canceled").
    """
    words = " ".join(re.findall(r"[^\W\d_]+", text.casefold()))
    found = _meaning(words)
    if found is None:
        before, _, _ = words.partition(" by ")
        found = _meaning(before) if before != words else None
    if found is None:
        meanings = {_meaning(word) for word in words.split()}
        found = meanings.pop() if len(meanings) == 1 else None
    return found


def is_void(text: str) -> bool:
    """Of a column that says only whether a ticket was taken back ("Void Status"): true, yes or a date."""
    return text.strip().casefold() not in _NO


def came(status_text: str) -> bool:
    """Whether a status itself says that the person was there."""
    return " ".join(re.findall(r"[^\W\d_]+", status_text.casefold())) in _CAME


def attended(text: str) -> bool | None:
    """Of a column about check-in: a time or a yes; empty tells nothing, since earlier exports have it too."""
    if not text.strip():
        return None
    return text.strip().casefold() not in _NO


def _meaning(words: str) -> RegistrationStatus | None:
    if words in _REGISTERED:
        return RegistrationStatus.REGISTERED
    if words in _WAITING:
        return RegistrationStatus.WAITING
    return RegistrationStatus.CANCELLED if words in _CANCELLED else None
