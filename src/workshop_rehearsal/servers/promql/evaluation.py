"""Working out a query at one moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workshop_rehearsal.servers.promql.aggregation import aggregated
from workshop_rehearsal.servers.promql.failure import ExecutionError
from workshop_rehearsal.servers.promql.matching import applied
from workshop_rehearsal.servers.promql.range_functions import RANGE_FUNCTIONS, predict_linear, quantile_of
from workshop_rehearsal.servers.promql.sample import Labels, Sample, Window, nameless
from workshop_rehearsal.servers.promql.signature import SIGNATURES
from workshop_rehearsal.servers.promql.store import Series, SeriesStore
from workshop_rehearsal.servers.promql.syntax import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Selector,
    Text,
)
from workshop_rehearsal.servers.promql.value_functions import VALUE_FUNCTIONS, Value, negative, number, vector


class Evaluation:
    """Of one query: at each step the same series are looked at."""

    def __init__(self, stores: Sequence[SeriesStore]) -> None:
        self._stores = stores
        self._selected: dict[Selector, list[tuple[SeriesStore, list[Series]]]] = {}

    def at(self, node: Node, moment: float) -> Value:
        """Raises `ExecutionError`."""
        value: Value
        match node:
            case Number() | Text():
                value = node.value
            case Selector():
                value = [sample for sample, _ in self._samples(node, moment)]
            case Negative():
                value = negative(self.at(node.inner, moment))
            case Binary():
                value = applied(node, self._operand(node.left, moment), self._operand(node.right, moment))
            case Aggregate():
                parameter = None if node.parameter is None else number(self.at(node.parameter, moment))
                value = aggregated(node, vector(self.at(node.inner, moment)), parameter)
            case Call():
                value = self._call(node, moment)
        return value

    def _operand(self, node: Node, moment: float) -> float | list[Sample]:
        value = self.at(node, moment)
        return value if isinstance(value, list) else number(value)

    def _series(self, selector: Selector) -> list[tuple[SeriesStore, list[Series]]]:
        found = self._selected.get(selector)
        if found is None:
            found = [(store, store.select(selector.matchers)) for store in self._stores]
            self._selected[selector] = found
        return found

    def _samples(self, selector: Selector, moment: float) -> list[tuple[Sample, float]]:
        """With the moments of their scrapes."""
        found: list[tuple[Sample, float]] = []
        for store, all_series in self._series(selector):
            scrape = store.scrape_at(moment - selector.offset_s)
            if scrape is None:
                continue
            scrape_number, scraped = scrape
            found += [
                (Sample({"__name__": series.name, **dict(series.labels.pairs)}, value), scraped)
                for series in all_series
                if (value := series.at(scrape_number)) is not None
            ]
        return found

    def _windows(self, selector: Node, moment: float) -> list[Window]:
        if not isinstance(selector, Selector):
            raise ExecutionError("expected a range of a selector")
        ends = moment - selector.offset_s
        begins = ends - (selector.range_s or 0.0)
        return [
            Window(dict(series.labels.pairs), points, begins, ends)
            for store, all_series in self._series(selector)
            for series in all_series
            if (points := store.points(series, begins, ends))
        ]

    def _call(self, call: Call, moment: float) -> Value:
        arguments, function = call.arguments, call.function
        if function in SIGNATURES and "range" in SIGNATURES[function]:
            return self._of_range(call, moment)
        if function == "time":
            return moment
        if function == "timestamp" and isinstance(arguments[0], Selector):
            return [Sample(nameless(one.labels), at) for one, at in self._samples(arguments[0], moment)]
        values = [self.at(argument, moment) for argument in arguments]
        if function == "timestamp":
            return [Sample(nameless(one.labels), moment) for one in vector(values[0])]
        if function == "absent":
            return [] if values[0] else [Sample(_exact_labels(arguments[0]), 1.0)]
        return VALUE_FUNCTIONS[function](*values)

    def _of_range(self, call: Call, moment: float) -> list[Sample]:
        arguments = call.arguments
        match call.function:
            case "predict_linear":
                ahead_s = number(self.at(arguments[1], moment))
                return _of_windows(lambda window: predict_linear(window, ahead_s), self._windows(arguments[0], moment))
            case "quantile_over_time":
                share = number(self.at(arguments[0], moment))
                return _of_windows(
                    lambda window: quantile_of([value for _, value in window.points], share),
                    self._windows(arguments[1], moment),
                )
        return _of_windows(RANGE_FUNCTIONS[call.function], self._windows(arguments[0], moment))


def _of_windows(function: Callable[[Window], float | None], windows: list[Window]) -> list[Sample]:
    return [Sample(window.labels, value) for window in windows if (value := function(window)) is not None]


def _exact_labels(node: Node) -> Labels:
    if not isinstance(node, Selector):
        return {}
    return {one.label: one.value for one in node.matchers if one.operator == "=" and one.label != "__name__"}
