"""Coder's audit log, as far as sign-ins go: the rehearsal keeps nothing else in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import BadQueryError, page_bounds, parse_query
from workshop_rehearsal.world.sign_in import SignIn
from workshop_rehearsal.world.world import World

KEYS = frozenset(
    {
        "action",
        "build_reason",
        "date_from",
        "date_to",
        "email",
        "organization",
        "request_id",
        "resource_id",
        "resource_target",
        "resource_type",
        "username",
    }
)
COUNT_CAP = 2000


def audit_page(
    world: World, documents: CoderDocuments, q: str, limit: str, offset: str, *, shown: bool
) -> dict[str, Any]:
    """The newest first. Without the right or the licence nothing is shown, and nothing says why.

    Raises `BadQueryError`.
    """
    terms = parse_query(q, keys=KEYS, bare="resource_target")
    begin, end = page_bounds(limit, offset)
    days: dict[str, datetime] = {key: _day(key, terms.pop(key)) for key in ("date_from", "date_to") if key in terms}
    found = [
        sign_in
        for sign_in in reversed(world.sign_ins)
        if shown and sign_in.is_audited and _fits(sign_in, terms) and _in_days(world.moment(sign_in.at_s), days)
    ]
    logs = [_document(documents, sign_in) for sign_in in found[begin:end]]
    return {"audit_logs": logs, "count": min(len(found), COUNT_CAP), "count_cap": COUNT_CAP}


def _day(key: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadQueryError(key, f'Query param "{key}" must be a valid date format (2006-01-02)') from None


def _in_days(moment: datetime, days: dict[str, datetime]) -> bool:
    first, last = days.get("date_from"), days.get("date_to")
    return (first is None or moment >= first) and (last is None or moment.date() <= last.date())


def _fits(sign_in: SignIn, terms: dict[str, str]) -> bool:
    shown = {
        "resource_type": "api_key",
        "action": _action(sign_in),
        "username": sign_in.person.username,
        "email": sign_in.person.email,
        "request_id": sign_in.id,
    }
    return all(shown.get(key, "") == value for key, value in terms.items())


def _action(sign_in: SignIn) -> str:
    return "register" if sign_in.is_first else "login"


def _document(documents: CoderDocuments, sign_in: SignIn) -> dict[str, Any]:
    return {
        "id": sign_in.id,
        "request_id": sign_in.id,
        "time": documents.at(sign_in.at_s),
        "ip": "192.0.2.10",
        "user_agent": "Mozilla/5.0",
        "resource_type": "api_key",
        "resource_id": sign_in.id,
        "resource_target": "",
        "resource_icon": "",
        "resource_link": "",
        "is_deleted": False,
        "action": _action(sign_in),
        "diff": {},
        "status_code": sign_in.status,
        "additional_fields": {},
        "description": "{user} registered" if sign_in.is_first else "{user} logged in",
        "user": documents.user(sign_in.person),
        "organization": None,
        "organization_id": "00000000-0000-0000-0000-000000000000",
    }
