"""As much of the shell's language as people type into a terminal to see whether something answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""[ \t\r]*(?:
        (?P<operator>&&|\|\||>&|>>|[;()<>|&\n])
      | (?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;()<>|&'"\\])+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)""", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+|\?))")
_ENDS = (";", "\n")


class SyntaxProblemError(ValueError):
    """What a shell says of a line that it cannot read."""


@dataclass(slots=True)
class Simple:
    words: list[str] = field(default_factory=list)
    """As written, quotes included."""
    silenced: set[str] = field(default_factory=set)
    """File descriptors that go to a file: `1`, `2`."""


@dataclass(slots=True)
class Group:
    """In parentheses: what ends it does not end the rest."""

    commands: Commands
    silenced: set[str] = field(default_factory=set)


Commands = list[tuple[str, Simple | Group]]
"""Each with what stands before it: `;`, `&&` or `||`."""


def parse(script: str) -> Commands:
    """Raises `SyntaxProblemError`."""
    tokens, at = [], 0
    script = script.rstrip()
    while at < len(script):
        found = _TOKEN.match(script, at)
        if found is None:
            raise SyntaxProblemError("Unterminated quoted string")
        tokens.append(found["operator"] or found["word"])
        at = found.end()
    reader = _Reader(tokens)
    commands = reader.commands()
    if reader.rest:
        raise SyntaxProblemError(f'"{reader.rest[0]}" unexpected')
    return commands


def expand(word: str, variables: dict[str, str]) -> str:
    """Without its quotes, with its variables filled in."""

    def value(found: re.Match[str]) -> str:
        return variables.get(found[1] or found[2], "")

    text = ""
    for single, double, escaped, bare in _PIECE.findall(word):
        text += single + escaped
        text += re.sub(r'\\([$`"\\])', r"\1", _VARIABLE.sub(value, double))
        text += _VARIABLE.sub(value, bare)
    return text


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def commands(self) -> Commands:
        found: Commands = []
        before = ";"
        while True:
            while self.rest and self.rest[0] in _ENDS:
                before = ";"
                self.rest.pop(0)
            if not self.rest or self.rest[0] == ")":
                return found
            found.append((before, self._command()))
            if self.rest and self.rest[0] in ("&&", "||"):
                before = self.rest.pop(0)
            elif self.rest and self.rest[0] not in (*_ENDS, ")"):
                raise SyntaxProblemError(f'"{self.rest[0]}" unexpected')

    def _command(self) -> Simple | Group:
        if self.rest[0] == "(":
            self.rest.pop(0)
            group = Group(self.commands())
            if not self.rest or self.rest.pop(0) != ")":
                raise SyntaxProblemError('end of file unexpected (expecting ")")')
            self._redirections(group)
            return group
        simple = Simple()
        while self.rest and self.rest[0] not in ("&&", "||", "|", "&", "(", ")", *_ENDS):
            if not self._redirections(simple):
                simple.words.append(self.rest.pop(0))
        return simple

    def _redirections(self, command: Simple | Group) -> bool:
        """Of where output goes; a terminal shows both streams, so only what goes to a file matters."""
        any_found = False
        while True:
            numbered = len(self.rest) > 1 and self.rest[0] in ("1", "2") and self.rest[1] in (">", ">>", ">&")
            if not numbered and not (self.rest and self.rest[0] in (">", ">>", ">&")):
                return any_found
            stream = self.rest.pop(0) if numbered else "1"
            operator = self.rest.pop(0)
            if not self.rest:
                raise SyntaxProblemError("newline unexpected")
            target = self.rest.pop(0)
            if operator != ">&" or target in command.silenced:
                command.silenced.add(stream)
            any_found = True
