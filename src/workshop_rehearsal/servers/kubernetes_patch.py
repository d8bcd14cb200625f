"""A patch applied to a document: RFC 7386, and what `kubectl` needs of the strategic kind."""

from __future__ import annotations

import copy
from typing import Any

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
_KEYS = ("name", "key", "type")
"""Members by which lists of objects are merged."""


def patched(document: Any, patch: Any, kind: str) -> Any:  # noqa: ANN401  # JSON is anything
    """A new document."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    found = copy.deepcopy(document) if isinstance(document, dict) else {}
    if kind == STRATEGIC and patch.get("$patch") == "replace":
        found = {}
    for name, value in patch.items():
        if name.startswith("$"):
            continue
        if value is None:
            found.pop(name, None)
        elif kind == STRATEGIC and isinstance(value, list):
            found[name] = _merged_list(found.get(name), value)
        else:
            found[name] = patched(found.get(name), value, kind)
    return found


def _merged_list(old: Any, new: list[Any]) -> list[Any]:  # noqa: ANN401
    key = next((key for key in _KEYS if new and all(isinstance(one, dict) and key in one for one in new)), None)
    if key is None or not isinstance(old, list):
        return [one for one in copy.deepcopy(new) if not (isinstance(one, dict) and "$patch" in one)]
    merged = {one.get(key): one for one in old if isinstance(one, dict)}
    for one in new:
        if one.get("$patch") == "delete":
            merged.pop(one[key], None)
        else:
            merged[one[key]] = patched(merged.get(one[key]), one, STRATEGIC)
    return list(merged.values())
