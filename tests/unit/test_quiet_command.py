"""A command that prints something for us, and what it leaves behind."""

from __future__ import annotations

import sys
import time

import psutil
import pytest

from workshop_tui.system.quiet_command import run_quietly


def runs(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_command_that_ended_is_read_though_its_child_holds_its_output() -> None:
    done = run_quietly(["sh", "-c", "sleep 60 & echo $!; echo said >&2; exit 3"], 10)
    assert (done.exit_code, done.last_words) == (3, "said")
    deadline_s = time.monotonic() + 10
    while runs(int(done.stdout)):
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_command_that_ended_is_read_though_its_child_never_stops_talking() -> None:
    done = run_quietly(["sh", "-c", "echo token; (sleep 0.01; exec yes) & exit 0"], 10)
    assert done.exit_code == 0
    assert done.stdout.startswith(b"token\n")


def test_all_that_a_command_printed_last_is_read() -> None:
    size = 3 * 65536 + 17
    done = run_quietly([sys.executable, "-c", f"import os; os.write(1, b'x' * {size})"], 20)
    assert (done.exit_code, len(done.stdout)) == (0, size)


@pytest.mark.parametrize("closing", ["", "exec >&- 2>&-; "])
def test_a_command_that_does_not_end_is_ended_at_the_limit(closing: str) -> None:
    with pytest.raises(TimeoutError):
        run_quietly(["sh", "-c", f"{closing}sleep 60"], 0.3)
