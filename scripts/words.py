"""Refuses words of a private dialect in code and documentation: the field has words of its own.

Usage: python scripts/words.py. Exit codes: 0 none found, 1 each one is printed with its place and the better word.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

INSTEAD = {
    "deed": "platform action, or change",
    "deeds": "platform actions, or changes",
    "prospect": "plan",
    "patience": "idle time-out",
    "look_seldom": "relax_gc",
    "told_as_source_errors": "translate_errors",
}
_WORD = re.compile(rf"(?<![A-Za-z])({'|'.join(INSTEAD)})(?![A-Za-z])", re.IGNORECASE)
_READ = ("src/**/*.py", "tests/**/*.py", "bench/*.py", "docs/*.md", "README.md", "CONTRIBUTING.md")


def main() -> int:
    root = Path(__file__).parents[1]
    found = [
        f"{path.relative_to(root)}:{number}: {match.group()}: say {INSTEAD[match.group().lower()]}"
        for pattern in _READ
        for path in sorted(root.glob(pattern))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in _WORD.finditer(line)
    ]
    print("\n".join(found) or "words: none of the old dialect")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
