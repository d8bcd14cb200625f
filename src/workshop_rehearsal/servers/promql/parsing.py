"""From the text of a query to what it means."""

from __future__ import annotations

import re
from dataclasses import replace

from workshop_rehearsal.duration import duration_s
from workshop_rehearsal.servers.promql.failure import BadDataError
from workshop_rehearsal.servers.promql.signature import AGGREGATES, WITH_PARAMETER, check_call, type_of
from workshop_rehearsal.servers.promql.syntax import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Matching,
    Negative,
    Node,
    Number,
    Selector,
    Text,
)
from workshop_rehearsal.servers.promql.tokens import Token, tokens_of, unquoted

_LEVELS = (("or",), ("and", "unless"), ("==", "!=", "<=", "<", ">=", ">"), ("+", "-"), ("*", "/", "%"))
COMPARISONS = frozenset(_LEVELS[2])
SET_OPERATORS = frozenset({"and", "or", "unless"})
_KEYWORDS = frozenset({"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool"})


def parse(query: str) -> Node:
    """Raises `BadDataError`."""
    if not query.strip():
        raise BadDataError('invalid parameter "query": unknown position: parse error: no expression found in input')
    try:
        return _Parser(tokens_of(query)).whole()
    except BadDataError as error:
        raise BadDataError(f'invalid parameter "query": {error}') from None
    except RecursionError:
        raise BadDataError('invalid parameter "query": nested too deeply') from None


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Node:
        node = self._binary(0)
        if self._peek.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> str | None:
        """The next token's text if it is one of these."""
        token = self._peek
        if token.kind in ("operator", "name") and token.text.lower() in texts:
            self._next += 1
            return token.text.lower()
        return None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise self._unexpected(f'"{text}"')

    def _kind(self, kind: str) -> str:
        token = self._peek
        if token.kind != kind:
            raise self._unexpected(kind)
        self._next += 1
        return token.text

    def _unexpected(self, wanted: str = "") -> BadDataError:
        found = f'"{self._peek.text}"' if self._peek.text else "end of input"
        return BadDataError(f"parse error: unexpected {found}{f', expected {wanted}' if wanted else ''}")

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self._take(*_LEVELS[level]):
            left = self._joined(operator, left, level + 1)
        return left

    def _joined(self, operator: str, left: Node, level: int) -> Node:
        as_number = operator in COMPARISONS and self._take("bool") is not None
        matching = self._matching()
        right = self._unary() if operator == "^" else self._binary(level)
        if operator in SET_OPERATORS and ("scalar" in (type_of(left), type_of(right))):
            raise BadDataError(f'parse error: set operator "{operator}" not allowed in binary scalar expression')
        if operator in COMPARISONS and type_of(left) == type_of(right) == "scalar" and not as_number:
            raise BadDataError("parse error: comparisons between scalars must use BOOL modifier")
        for side in (left, right):
            if type_of(side) in ("text", "range"):
                raise BadDataError("parse error: binary expression must contain only scalar and instant vector types")
        return Binary(operator, left, right, matching, as_number)

    def _matching(self) -> Matching:
        chosen = self._take("on", "ignoring")
        if chosen is None:
            return Matching()
        matching = Matching(self._labels(), on_labels=chosen == "on")
        side = self._take("group_left", "group_right")
        if side is None:
            return matching
        included = self._labels() if self._peek.text == "(" else ()
        return replace(matching, many=side.removeprefix("group_"), included=included)

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        labels = []
        while self._take(")") is None:
            labels.append(self._kind("name"))
            if self._peek.text != ")":
                self._expect(",")
        return tuple(labels)

    def _unary(self) -> Node:
        sign = self._take("-", "+")
        if sign is not None:
            inner = self._unary()
            return Negative(inner) if sign == "-" else inner
        base = self._modified(self._primary())
        # `^` binds tighter than a sign before it, and to the right.
        return self._joined("^", base, 0) if self._take("^") else base

    def _primary(self) -> Node:
        token = self._peek
        if self._take("("):
            inner = self._binary(0)
            self._expect(")")
            return inner
        if token.text == "{":
            return self._selector("")
        if token.kind not in ("number", "text", "name") or token.text.lower() in _KEYWORDS:
            raise self._unexpected()
        self._next += 1
        match token.kind:
            case "number":
                return Number(float(int(token.text, 16)) if token.text.startswith("0x") else float(token.text))
            case "text":
                return Text(unquoted(token.text))
        return self._named(token)

    def _named(self, token: Token) -> Node:
        if token.text.lower() in AGGREGATES and self._peek.text.lower() in ("(", "by", "without"):
            return self._aggregate(token.text.lower())
        if self._peek.text == "(":
            return self._call(token.text)
        if token.text.lower() in ("inf", "nan"):
            return Number(float(token.text))
        return self._selector(token.text)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        arguments: list[Node] = []
        while self._take(")") is None:
            arguments.append(self._binary(0))
            if self._peek.text != ")":
                self._expect(",")
        return tuple(arguments)

    def _call(self, function: str) -> Node:
        arguments = self._arguments()
        check_call(function, arguments)
        return Call(function, arguments)

    def _aggregate(self, operator: str) -> Node:
        grouping = self._take("by", "without")
        labels = self._labels() if grouping else ()
        arguments = self._arguments()
        if grouping is None and (grouping := self._take("by", "without")):
            labels = self._labels()
        count = 2 if operator in WITH_PARAMETER else 1
        if len(arguments) != count:
            raise BadDataError(f"parse error: wrong number of arguments for aggregate expression {operator}")
        inner = arguments[-1]
        if type_of(inner) != "vector":
            raise BadDataError(f"parse error: expected type instant vector in aggregation expression {operator}")
        return Aggregate(operator, inner, labels, grouping != "without", arguments[0] if count == 2 else None)

    def _selector(self, name: str) -> Node:
        matchers = [Matcher("__name__", "=", name)] if name else []
        if self._take("{"):
            while self._take("}") is None:
                matchers.append(self._matcher())
                if self._peek.text != "}":
                    self._expect(",")
        if not any(not matcher.fits("") for matcher in matchers):
            raise BadDataError("parse error: vector selector must contain at least one non-empty matcher")
        return Selector(tuple(matchers))

    def _matcher(self) -> Matcher:
        label = self._kind("name")
        operator = self._take("=", "!=", "=~", "!~")
        if operator is None:
            raise self._unexpected("label matching operator")
        value = unquoted(self._kind("text"))
        if "~" not in operator:
            return Matcher(label, operator, value)
        try:
            return Matcher(label, operator, value, re.compile(value))
        except re.error as error:
            raise BadDataError(f"parse error: error parsing regexp: {error}") from None

    def _modified(self, node: Node) -> Node:
        """With a range and an offset behind it."""
        while True:
            if self._take("["):
                if not isinstance(node, Selector) or node.range_s is not None:
                    raise BadDataError("the rehearsal knows ranges of selectors only, no subqueries")
                node = replace(node, range_s=duration_s(self._kind("duration")))
                if self._peek.text == ":":
                    raise BadDataError("the rehearsal knows no subqueries")
                self._expect("]")
            elif self._take("offset"):
                sign = -1 if self._take("-") else 1
                if not isinstance(node, Selector):
                    raise BadDataError("parse error: offset modifier must be preceded by a selector")
                node = replace(node, offset_s=sign * duration_s(self._kind("duration")))
            elif self._peek.text == "@":
                raise BadDataError("the rehearsal knows no @ modifier")
            else:
                return node
