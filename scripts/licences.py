"""Refuses copyleft and unknown licences in what installing workshop-tui installs, as the metadata there says.

Usage: python scripts/licences.py [DISTRIBUTION]. Exit codes: 0 all permissive or decided, 1 not.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DECIDED = {
    "certifi": ("MPL-2.0", "weak copyleft by file; used unchanged, and only the list of certificates is under it"),
}
"""What is not permissive and may stay: the licence that was decided about, and why."""

PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0"),
        *("MIT-CMU", "PSF-2.0", "Python-2.0", "Unicode-3.0", "Unlicense", "Zlib"),
    }
)
_COMMON_NAMES = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
"""What the older fields say, in lower case, and its identifier."""


def main(name: str = "workshop-tui") -> int:
    problems = []
    found = closure(name)
    for key, one in sorted(found.items()):
        licence = stated(one) if one else None
        decided = DECIDED.get(key)
        if one is None:
            problems.append(f"{key} is not installed: run scripts/set-up")
        elif decided and decided[0] == licence:
            continue
        elif licence is None or not is_permissive(licence):
            says = licence or "a licence that its metadata does not name"
            remedy = "take another one, or decide with a reason in scripts/licences.py"
            problems.append(f"{key} {one.version} is under {says}: {remedy}")
        elif decided:
            problems.append(f"{key} is under {licence} now: take its decision out of scripts/licences.py")
    for line in problems:
        print(line, file=sys.stderr)
    if not problems:
        print(f"Licences: {len(found)} distributions, all permissive or decided.")
    return 1 if problems else 0


def closure(name: str) -> dict[str, Distribution | None]:
    """What installing `name` without extras installs here, itself included; None: it is missing."""
    found: dict[str, Distribution | None] = {}
    waiting = [Requirement(name)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        key = canonicalize_name(wanted.name)
        try:
            found[key] = installed = found.get(key) or distribution(wanted.name)
        except PackageNotFoundError:
            found[key] = None
            continue
        for extra in ("", *wanted.extras):
            if (key, extra) in seen:
                continue
            seen.add((key, extra))
            for text in installed.requires or ():
                inner = Requirement(text)
                if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                    waiting.append(inner)
    return found


def stated(one: Distribution) -> str | None:
    """An SPDX expression: the field made for it, else all that the older ones say; None when they say nothing."""
    metadata = one.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [entry.split(" :: ") for entry in metadata.get_all("Classifier") or ()]
    said = [entry[-1] for entry in classifiers if entry[0] == "License" and len(entry) > 2]
    line = (metadata.get("License") or "").strip()
    if line and "\n" not in line and line.upper() != "UNKNOWN":
        said.insert(0, line)
    names = dict.fromkeys(_COMMON_NAMES.get(name.lower(), name) for name in said)
    return " AND ".join(f"({name})" if " " in name else name for name in names) or None


def is_permissive(expression: str) -> bool:
    """Whether one may choose permissive terms for every part."""
    return _parsed(expression) is True


def _parsed(expression: str) -> bool | None:
    """`A AND (B OR C)`, by AND and OR of what is permissive; None where it is no such expression."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    words = []
    for token in tokens:
        if token.upper() in ("AND", "OR", "(", ")"):
            words.append(token.lower())
        elif re.fullmatch(r"[A-Za-z0-9.+-]+", token) and token.upper() != "WITH":
            words.append(str(token in PERMISSIVE))
        else:
            return None
    try:
        return bool(eval(" ".join(words), {"__builtins__": {}}))  # noqa: S307  # only and, or, brackets, True and False
    except SyntaxError:
        return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
