from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workshop_tui.system.whole_file import FOR_ALL, write_new, write_whole

_FULL = """
import resource, sys
from pathlib import Path
from workshop_tui.system import whole_file
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    getattr(whole_file, sys.argv[2])(Path(sys.argv[1]), b"n" * 100_000)
except OSError as error:
    print(error.strerror)
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_the_person_alone(tmp_path):
    write_whole(tmp_path / "a", b"words")
    assert (tmp_path / "a").read_bytes() == b"words"
    assert mode(tmp_path / "a") == 0o600


def test_a_file_that_was_there_keeps_its_permissions(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert (file.read_bytes(), mode(file)) == (b"new", 0o640)


def test_what_others_must_read_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"", mode=FOR_ALL)
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o640


@pytest.mark.parametrize("write", ["write_whole", "write_new"])
def test_a_disk_that_fills_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path, write):
    """A limit on the size of files fails like a full disk, for one program only."""
    file = tmp_path / "a"
    if write == "write_whole":
        file.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", _FULL, file, write], check=True, capture_output=True, text=True)
    assert done.stdout == "File too large\n"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == (
        {"a": b"old"} if write == "write_whole" else {}
    )


def test_who_reads_meanwhile_sees_the_old_file_or_the_new_one(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"0" * 300_000)
    seen: set[bytes] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for digit in b"123":
        write_whole(file, bytes([digit]) * 300_000)
    ended.set()
    reader.join()
    assert seen <= {bytes([digit]) * 300_000 for digit in b"0123"}


def test_a_symbolic_link_stays_one_and_its_file_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("there/real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/real").read_bytes() == b"new"


def test_a_link_to_nothing_makes_what_it_points_to(tmp_path):
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"words")
    reader.join()
    assert got == [b"words"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_its_name_is_written_into_also_where_it_is_a_file(tmp_path, name):
    code = (
        "import sys; from pathlib import Path; from workshop_tui.system.whole_file import write_whole\n"
        f"print('before', flush=True); write_whole(Path({name!r}), b'words'); print('after')"
    )
    (tmp_path / "out").write_text("of another program\n")
    for opened in ("ab", "wb"):
        with (tmp_path / "out").open(opened) as out:
            subprocess.run([sys.executable, "-c", code], check=True, stdout=out)
        before = "of another program\n" if opened == "ab" else ""
        assert (tmp_path / "out").read_text() == f"{before}before\nwordsafter\n"


def test_nothing_is_written_over_where_a_new_file_is_wanted(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("a", "link"):
        with pytest.raises(FileExistsError):
            write_new(tmp_path / name, b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "link"]


def test_a_path_through_a_file_is_an_error_and_the_file_stays(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(NotADirectoryError):
        write_whole(tmp_path / "a" / "b", b"")
    assert (tmp_path / "a").read_bytes() == b"old"
