"""`scripts/licences.py` against installed distributions that say the licences we may meet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "licences.py"


def install(folder: Path, name: str, *fields: str) -> None:
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *fields]
    (info / "METADATA").write_text("\n".join(lines) + "\n")


def judged(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, "ours"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


PERMISSIVE = [
    ("License-Expression: MIT",),
    ("License-Expression: Apache-2.0 AND (GPL-3.0-only OR BSD-3-Clause)",),
    ("License: BSD 2-Clause License",),
    ("License: UNKNOWN", "Classifier: License :: OSI Approved :: MIT License"),
    ("License: MIT OR Apache-2.0", "Classifier: License :: OSI Approved :: Apache Software License"),
    ("Classifier: License :: DFSG approved", "Classifier: License :: OSI Approved :: BSD License"),
]
REFUSED = [
    ("License-Expression: GPL-2.0-or-later",),
    ("License-Expression: MIT AND GPL-3.0-only",),
    ("License-Expression: LGPL-3.0-or-later",),
    ("License-Expression: GPL-2.0-only WITH Classpath-exception-2.0",),
    ("License-Expression: MPL-2.0",),
    ("License: GPL",),
    ("License: MIT", "Classifier: License :: OSI Approved :: GNU Affero General Public License v3"),
    ("Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",),
    ("License: UNKNOWN",),
    ("Classifier: Programming Language :: Python",),
]


@pytest.mark.parametrize("fields", PERMISSIVE, ids="; ".join)
def test_permissive_terms_pass(tmp_path, fields):
    install(tmp_path, "ours", "License-Expression: MIT", "Requires-Dist: theirs")
    install(tmp_path, "theirs", *fields)
    done = judged(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("fields", REFUSED, ids="; ".join)
def test_copyleft_and_unknown_terms_are_refused_by_name(tmp_path, fields):
    install(tmp_path, "ours", "License-Expression: MIT", "Requires-Dist: theirs")
    install(tmp_path, "theirs", *fields)
    done = judged(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("theirs 1.0 is under ")


def test_what_a_dependency_of_a_dependency_brings_counts_and_an_extra_that_nobody_asked_for_does_not(tmp_path):
    install(tmp_path, "ours", "License-Expression: MIT", "Requires-Dist: middle[more]")
    install(
        tmp_path,
        "middle",
        "License-Expression: MIT",
        "Requires-Dist: asked-for ; extra == 'more'",
        "Requires-Dist: not-installed ; extra == 'other'",
    )
    install(tmp_path, "asked-for", "License-Expression: GPL-3.0-only")
    done = judged(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "asked-for 1.0 is under GPL-3.0-only: take another one, or decide with a reason in scripts/licences.py"
    ]


def test_what_is_required_and_not_there_is_no_pass(tmp_path):
    install(tmp_path, "ours", "License-Expression: MIT", "Requires-Dist: theirs")
    assert judged(tmp_path).stderr == "theirs is not installed: run scripts/set-up\n"


def test_a_decision_holds_for_the_licence_that_was_decided_about_alone(tmp_path):
    install(tmp_path, "ours", "License-Expression: MIT", "Requires-Dist: certifi")
    install(tmp_path, "certifi", "License-Expression: GPL-3.0-only")
    assert judged(tmp_path).stderr.startswith("certifi 1.0 is under GPL-3.0-only: ")
