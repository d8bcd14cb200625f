"""Which functions there are, and what they take."""

from __future__ import annotations

from workshop_rehearsal.servers.promql.failure import BadDataError
from workshop_rehearsal.servers.promql.syntax import Binary, Call, Negative, Node, Number, Selector, Text

AGGREGATES = frozenset({"sum", "max", "min", "avg", "count", "group", "topk", "bottomk", "quantile"})
WITH_PARAMETER = frozenset({"topk", "bottomk", "quantile"})

_RANGE = ("range",)
SIGNATURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("rate", "increase", "delta", "irate", "idelta", "changes", "resets", "deriv"), _RANGE),
    **{f"{name}_over_time": _RANGE for name in ("avg", "min", "max", "sum", "count", "last", "present", "stddev")},
    "quantile_over_time": ("scalar", "range"),
    "predict_linear": ("range", "scalar"),
    "histogram_quantile": ("scalar", "vector"),
    "clamp": ("vector", "scalar", "scalar"),
    "clamp_min": ("vector", "scalar"),
    "clamp_max": ("vector", "scalar"),
    **dict.fromkeys(("abs", "ceil", "floor", "sqrt", "ln", "sort", "sort_desc", "timestamp", "scalar"), ("vector",)),
    "round": ("vector", "scalar?"),
    "absent": ("vector",),
    "vector": ("scalar",),
    "time": (),
    "pi": (),
    "label_replace": ("vector", "text", "text", "text", "text"),
}
_SCALARS = frozenset({"time", "scalar", "pi"})


def check_call(function: str, arguments: tuple[Node, ...]) -> None:
    """Raises `BadDataError`."""
    wanted = SIGNATURES.get(function)
    if wanted is None:
        raise BadDataError(f'parse error: unknown function with name "{function}"')
    needed = [one for one in wanted if not one.endswith("?")]
    if not len(needed) <= len(arguments) <= len(wanted):
        raise BadDataError(f'parse error: expected {len(wanted)} argument(s) in call to "{function}"')
    for type_, argument in zip(wanted, arguments, strict=False):
        found = type_of(argument)
        if found != type_.removesuffix("?"):
            raise BadDataError(f'parse error: expected type {type_} in call to function "{function}", got {found}')


def type_of(node: Node) -> str:
    """`scalar`, `vector`, `range` or `text`."""
    found = "vector"
    match node:
        case Number():
            found = "scalar"
        case Text():
            found = "text"
        case Selector() if node.range_s is not None:
            found = "range"
        case Call() if node.function in _SCALARS:
            found = "scalar"
        case Negative():
            found = type_of(node.inner)
        case Binary() if type_of(node.left) == type_of(node.right) == "scalar":
            found = "scalar"
    return found
