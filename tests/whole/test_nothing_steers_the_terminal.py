"""Every command on a pseudo-terminal, with words from outside that would steer it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fakes.terminal import Terminal
from workshop_tui.cli import _COMMANDS

EVIL = (
    "Ev\x1b]52;c;cm0gLXJmIC8K\x07il \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 "
    "\x9b2J\u202eback\u200bwards \x1b[2J"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STEERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")

RUNS: dict[str, list[list[str]]] = {
    "alert-rules": [["alert-rules"]],
    "capacity": [["capacity"], ["capacity", "--json"]],
    "card": [["card"]],
    "changes": [["changes"], ["changes", "--json"]],
    "check": [["check"], ["check", "--json"]],
    "check-alert": [["check-alert", EVIL]],
    "completion": [["completion", "bash"], ["completion", EVIL]],
    "config": [["config", "show"], ["config", "check"], ["config", "path"]],
    "doctor": [["doctor"]],
    "export": [["export", "1"], ["export", "1", "--format", "md"], ["export", EVIL]],
    "guide": [["guide"], ["guide", "--json"]],
    "hazards": [["hazards"], ["hazards", "--json"]],
    "platform": [["platform", "--scenario", EVIL]],
    "record": [["record", EVIL]],
    "rehearse": [["rehearse", "--scenario", EVIL]],
    "replay": [["replay", EVIL]],
    "workshops": [
        ["workshops", "list"],
        ["workshops", "list", "--json"],
        ["workshops", "show", "1"],
        ["workshops", "people", "1"],
        ["workshops", "people", "1", "--json"],
        ["workshops", "message", "1", "agenda"],
        ["workshops", "show", EVIL],
        ["workshops", "forget-person", EVIL],
    ],
}


class _EvilCoder(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"message": EVIL, "detail": EVIL, "version": EVIL, "users": [{"username": EVIL}]}).encode()
        self.send_response(500 if "workspaces" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # the name that the server looks for

    def log_message(self, *_: object) -> None:
        """Nothing is written of it."""


@pytest.fixture(scope="module")
def evil_address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EvilCoder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def output_of(*arguments: str) -> str:
    with Terminal(*arguments, size=(200, 50)) as terminal:
        terminal.ended(60)
        return terminal.output.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def assert_steers_nothing(output: str) -> None:
    found = _STEERS.search(_COLOUR.sub("", output))
    assert found is None, repr(output[max(0, found.start() - 80) : found.end() + 80]) if found else ""


def test_every_command_is_looked_at() -> None:
    assert set(RUNS) == set(_COMMANDS)


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_words_from_outside_and_from_the_command_line_steer_nothing(
    command: str, tmp_path: Path, evil_address: str
) -> None:
    settings, people, database = tmp_path / "settings.toml", tmp_path / "people.csv", tmp_path / "workshops.db"
    settings.write_text(
        f"person = {json.dumps(EVIL.replace(chr(0x9B), ''))}\n"
        f'[coder]\nurl = "{evil_address}"\ntoken = {{env = "EVIL_TOKEN"}}\n'
        f'[[region]]\nname = "ohio"\nrole = "control-plane"\ncontext = "none"\ndomain = "evil.example"\n'
    )
    people.write_text(f'email,name,"{EVIL}"\nada@x.org,"{EVIL}","{EVIL}"\n"{EVIL}",x,y\n')
    base = ["--config", str(settings), "--db", str(database)]
    assert_steers_nothing(output_of(*base, "workshops", "new", EVIL, "--start", "2027-01-02 16:00"))
    assert_steers_nothing(output_of(*base, "workshops", "import-people", "1", str(people)))
    for arguments in [*RUNS[command], [command, f"--{EVIL}"]]:
        output = output_of(*base, *arguments)
        assert output.strip()
        assert_steers_nothing(output)
    log = Path.home() / ".local/state/workshop-tui/log/workshop-tui.log"
    if log.exists():
        assert_steers_nothing(log.read_text())


def test_nothing_on_the_screens_steers_the_terminal(tmp_path: Path) -> None:
    database = tmp_path / "workshops.db"
    base = ["--db", str(database)]
    settings = tmp_path / "settings.toml"
    settings.write_text("[[region]]\nname = 'ohio'\nrole = 'control-plane'\n")
    base = ["--config", str(settings), *base]
    output_of(*base, "workshops", "new", "Ev\u202eil\u200b title", "--start", "2027-01-02 16:00")
    with Terminal(*base, size=(120, 40)) as terminal:
        terminal.until("title")
        terminal.type("W")
        terminal.until("enter shows it")
        assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", terminal.output.decode("utf-8", "replace"))
