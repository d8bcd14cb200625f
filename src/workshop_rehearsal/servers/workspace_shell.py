"""The shell of a simulated workspace: nothing runs on this machine, commands are played by name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from workshop_rehearsal.servers.shell_syntax import Commands, Group, Simple, SyntaxProblemError, expand, parse
from workshop_rehearsal.servers.workspace_network import NoAnswerError, WorkspaceNetwork

Write = Callable[[str], Awaitable[None]]
_CURL_VALUES = frozenset("moHwXdAeuUT")
"""Its short options that take a value."""
_LONG_VALUES = {"--max-time": "m", "--output": "o", "--header": "H", "--write-out": "w", "--request": "X"}
_LONGEST_SLEEP_S = 600.0


class _ExitedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


class WorkspaceShell:
    def __init__(self, hostname: str, network: WorkspaceNetwork) -> None:
        self._hostname = hostname
        self._network = network

    async def run(self, words: Sequence[str], write: Write) -> int:
        """The exit code of one program with its arguments."""
        return await self._program(list(words), write, write)

    async def script(self, text: str, write: Write) -> int:
        """The exit code of a script, as after `sh -c`."""
        try:
            commands = parse(text)
        except SyntaxProblemError as problem:
            await write(f"sh: 1: Syntax error: {problem}\n")
            return 2
        try:
            return await self._commands(commands, {"?": "0", "HOSTNAME": self._hostname}, write, write)
        except _ExitedError as exited:
            return exited.code

    async def _commands(self, commands: Commands, variables: dict[str, str], out: Write, error: Write) -> int:
        for before, command in commands:
            failed = variables["?"] != "0"
            if (before == "&&" and failed) or (before == "||" and not failed):
                continue
            streams = [_nowhere if name in command.silenced else to for name, to in (("1", out), ("2", error))]
            if isinstance(command, Group):
                try:
                    code = await self._commands(command.commands, dict(variables), *streams)
                except _ExitedError as exited:
                    code = exited.code
            else:
                code = await self._simple(command, variables, *streams)
            variables["?"] = str(code)
        return int(variables["?"])

    async def _simple(self, command: Simple, variables: dict[str, str], out: Write, error: Write) -> int:
        words = [expand(word, variables) for word in command.words]
        while words and words[0].partition("=")[0].isidentifier() and "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words[:1] == ["exit"]:
            raise _ExitedError(int(words[1]) if words[1:] and words[1].isdigit() else int(variables["?"]))
        return await self._program(words, out, error) if words else 0

    async def _program(self, words: list[str], out: Write, error: Write) -> int:
        match words:
            case ["true" | ":", *_]:
                return 0
            case ["false", *_]:
                return 1
            case ["echo", *said]:
                await out(" ".join(said) + "\n")
            case ["printf", form, *values]:
                await out(_printf(form, values))
            case ["hostname"] | ["uname", "-n"]:
                await out(f"{self._hostname}\n")
            case ["sleep", seconds]:
                await asyncio.sleep(min(float(seconds), _LONGEST_SLEEP_S))
            case ["curl", *options]:
                return await self._curl(options, out, error)
            case ["sh" | "bash" | "/bin/sh" | "/bin/bash", "-c" | "-lc", text, *_]:
                return await self.script(text, out)
            case _:
                await error(f"sh: 1: {words[0]}: not found\n")
                return 127
        return 0

    async def _curl(self, options: list[str], out: Write, error: Write) -> int:
        flags, values, urls = _options(options)
        if "s" in flags and "S" not in flags:
            error = _nowhere
        if not urls:
            await error("curl: (2) no URL specified\n")
            return 2
        try:
            status, body = await self._network.get(urls[0])
        except NoAnswerError as problem:
            await error(f"curl: ({problem.code}) {problem}\n")
            return problem.code
        if "f" in flags and status >= 400:
            await error(f"curl: (22) The requested URL returned error: {status}\n")
            return 22
        if "o" not in values:
            await out(body)
        if "w" in values:
            await out(values["w"].replace("%{http_code}", str(status)).replace("\\n", "\n"))
        return 0


def _options(options: list[str]) -> tuple[set[str], dict[str, str], list[str]]:
    flags: set[str] = set()
    values: dict[str, str] = {}
    urls: list[str] = []
    rest = list(options)
    while rest:
        word = rest.pop(0)
        if word in _LONG_VALUES:
            values[_LONG_VALUES[word]] = rest.pop(0) if rest else ""
        elif word == "--fail":
            flags.add("f")
        elif word.startswith("-") and not word.startswith("--"):
            for place, letter in enumerate(word[1:], start=2):
                if letter in _CURL_VALUES:
                    values[letter] = word[place:] or (rest.pop(0) if rest else "")
                    break
                flags.add(letter)
        elif not word.startswith("-"):
            urls.append(word)
    return flags, values, urls


def _printf(form: str, values: list[str]) -> str:
    text = form.replace("\\n", "\n").replace("\\t", "\t").replace("%%", "\0")
    for value in values:
        text = text.replace("%s", value, 1) if "%s" in text else text.replace("%d", value, 1)
    return text.replace("%s", "").replace("%d", "0").replace("\0", "%")


async def _nowhere(_: str) -> None:
    return
