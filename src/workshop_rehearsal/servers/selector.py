"""Label and field selectors of the Kubernetes API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workshop_rehearsal.world.objects import Kind

Document = dict[str, Any]
Match = Callable[[Document], bool]

_SET = re.compile(r"\s*([^\s!=,]+)\s+(in|notin)\s*\(([^)]*)\)\s*")
_FIELDS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.PODS: {"status.phase": ("status", "phase"), "spec.nodeName": ("spec", "nodeName")},
    Kind.NODES: {"spec.unschedulable": ("spec", "unschedulable")},
    Kind.EVENTS: {
        "involvedObject.kind": ("involvedObject", "kind"),
        "involvedObject.namespace": ("involvedObject", "namespace"),
        "involvedObject.name": ("involvedObject", "name"),
        "involvedObject.uid": ("involvedObject", "uid"),
        "reason": ("reason",),
        "type": ("type",),
    },
}
_EVERY_KIND = {"metadata.name": ("metadata", "name"), "metadata.namespace": ("metadata", "namespace")}


class BadSelectorError(ValueError):
    """The message is what the API server would say."""


def label_match(selector: str) -> Match:
    """Raises `BadSelectorError`."""
    terms = [_label_term(term) for term in _split(selector)]

    def match(document: Document) -> bool:
        labels = document["metadata"].get("labels") or {}
        return all(term(labels) for term in terms)

    return match


def field_match(kind: Kind, selector: str) -> Match:
    """Equality terms only, as the API server has it. Raises `BadSelectorError`."""
    terms = [_field_term(kind, term) for term in selector.split(",") if term.strip()]
    return lambda document: all(term(document) for term in terms)


def _split(selector: str) -> list[str]:
    """At commas outside brackets."""
    return [term for term in re.split(r",(?![^(]*\))", selector) if term.strip()]


def _label_term(term: str) -> Callable[[dict[str, str]], bool]:
    set_match = _SET.fullmatch(term)
    if set_match:
        name, operator, listed = set_match.groups()
        values = {value.strip() for value in listed.split(",")}
        if operator == "in":
            return lambda labels: labels.get(name) in values
        return lambda labels: labels.get(name) not in values
    for operator in ("!=", "==", "="):
        if operator in term:
            name, value = (part.strip() for part in term.split(operator, 1))
            _check_name(term, name)
            if operator == "!=":
                return lambda labels: labels.get(name) != value
            return lambda labels: labels.get(name) == value
    name = term.strip()
    _check_name(term, name.removeprefix("!"))
    if name.startswith("!"):
        return lambda labels: name[1:] not in labels
    return lambda labels: name in labels


def _check_name(term: str, name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?", name):
        raise BadSelectorError(f"unable to parse requirement: {term.strip()}")


def _field_term(kind: Kind, term: str) -> Match:
    operator = next((operator for operator in ("!=", "==", "=") if operator in term), None)
    if operator is None:
        raise BadSelectorError(f"invalid selector: '{term}'; can't understand '{term}'")
    name, value = (part.strip() for part in term.split(operator, 1))
    path = {**_EVERY_KIND, **_FIELDS.get(kind, {})}.get(name)
    if path is None:
        raise BadSelectorError(f"field label not supported: {name}")
    wanted = operator != "!="

    def match(document: Document) -> bool:
        found: Any = document
        for part in path:
            found = found.get(part, "") if isinstance(found, dict) else ""
        text = str(found).lower() if isinstance(found, bool) else str(found)
        return (text == value) is wanted

    return match
