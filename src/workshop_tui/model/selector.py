"""Kubernetes label selectors, the equality kind."""

from __future__ import annotations

from collections.abc import Mapping


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """`key=value`, `key==value`, `key!=value`, `key`, `!key`, joined by commas; an empty selector matches all."""
    return all(_holds(term.strip(), labels) for term in selector.split(",") if term.strip())


def _holds(term: str, labels: Mapping[str, str]) -> bool:
    if "!=" in term:
        key, value = term.split("!=", 1)
        return labels.get(key.strip()) != value.strip()
    if "=" in term:
        key, value = term.replace("==", "=", 1).split("=", 1)
        return labels.get(key.strip()) == value.strip()
    if term.startswith("!"):
        return term[1:].strip() not in labels
    return term in labels
