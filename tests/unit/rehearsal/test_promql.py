from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_rehearsal.servers.promql.evaluation import Evaluation
from workshop_rehearsal.servers.promql.failure import BadDataError, ExecutionError
from workshop_rehearsal.servers.promql.labels import labelled
from workshop_rehearsal.servers.promql.parsing import parse
from workshop_rehearsal.servers.promql.store import SeriesStore

BEGAN, STEP, COUNT = 1_000_000.0, 15.0, 41
NOW = BEGAN + STEP * (COUNT - 1)


def filled() -> SeriesStore:
    """Ten minutes, scraped every 15 s: gauges, a counter that grows by 2 a second, one that is reset, buckets."""
    store = SeriesStore()
    for number in range(COUNT):
        after_s = number * STEP
        samples = [
            ("up", labelled(job="a", instance="1"), 1.0),
            ("up", labelled(job="a", instance="2"), 0.0),
            ("up", labelled(job="b", instance="3"), 1.0),
            ("size", labelled(node="n1", region="ohio"), 200.0),
            ("size", labelled(node="n2", region="london"), 100.0),
            ("free", labelled(node="n1", region="ohio", job="x"), 50.0),
            ("free", labelled(node="n2", region="london", job="x"), 100.0 - after_s / 10),
            ("pool", labelled(pool="p", node="n1"), 1.0),
            ("done_total", labelled(code="200"), 2 * after_s),
            ("done_total", labelled(code="500"), 0.5 * after_s),
            ("reset_total", labelled(), after_s if number < 20 else after_s - 300),
            ("wait_bucket", labelled(le="1"), after_s),
            ("wait_bucket", labelled(le="5"), 3 * after_s),
            ("wait_bucket", labelled(le="+Inf"), 4 * after_s),
        ]
        if number < 10:
            samples.append(("gone", labelled(), 7.0))
        store.scrape(BEGAN + after_s, samples)
    return store


STORE = filled()


def ask(query: str, at: float = NOW) -> dict[tuple[tuple[str, str], ...], float]:
    """Values by labels."""
    value = Evaluation([STORE]).at(parse(query), at)
    assert isinstance(value, list)
    return {tuple(sorted(one.labels.items())): one.value for one in value}


def values(query: str, at: float = NOW) -> list[float]:
    return sorted(ask(query, at).values())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("up", [0, 1, 1]),
        ('up{job="a"}', [0, 1]),
        ('up{job!="a"}', [1]),
        ('up{job=~"a|b",instance!~"1|2"}', [1]),
        ('up{absent=""}', [0, 1, 1]),
        ('{__name__=~"s.*e"}', [100, 200]),
        ("sum(up)", [2]),
        ("sum by (job) (up)", [1, 1]),
        ("sum(up) by (job)", [1, 1]),
        ("count without (instance) (up)", [1, 2]),
        ("avg(size)", [150]),
        ("max(size) - min(size)", [100]),
        ("group(up)", [1]),
        ("topk(1, size)", [200]),
        ("bottomk(1, size)", [100]),
        ("quantile(0.5, size)", [150]),
        ("count(up == 1)", [2]),
        ("up == bool 1", [0, 1, 1]),
        ("1 - max by (node) (free) / max by (node) (size)", [0.6, 0.75]),
        ("size - on(node) free", [60, 150]),
        ("size / ignoring(job) free", [2.5, 4]),
        ("size * on(node) group_left(pool) pool", [200]),
        ("pool * on(node) group_right(pool) size", [200]),
        ("size and on(node) pool", [200]),
        ("size unless on(node) pool", [100]),
        ("up or size", [0, 1, 1, 100, 200]),
        ("count(nothing) or vector(0)", [0]),
        ("vector(1) + 2 * 3 ^ 2 % 5", [4]),
        ("vector(2) ^ 3 ^ 2", [512]),
        ("-vector(2) ^ 2", [-4]),
        ("2 > vector(1)", [1]),
        ("vector(5 > bool 2)", [1]),
        ('rate(done_total{code="200"}[5m])', [2]),
        ('increase(done_total{code="200"}[5m])', [600]),
        ('irate(done_total{code="500"}[5m])', [0.5]),
        ("sum(rate(done_total{code=~'5..'}[5m])) / sum(rate(done_total[5m]))", [0.2]),
        ("increase(reset_total[10m])", [570 * 600 / 585]),
        ("resets(reset_total[10m])", [1]),
        ('delta(free{node="n2"}[5m])', [-30]),
        ('deriv(free{node="n2"}[5m])', [-0.1]),
        ('predict_linear(free{node="n2"}[5m], 300) < 20', [10]),
        ("avg_over_time(size[2m])", [100, 200]),
        ('max_over_time(free{node="n2"}[1m])', [44.5]),
        ('min_over_time(free{node="n2"}[1m])', [40]),
        ('count_over_time(free{node="n2"}[1m])', [4]),
        ('quantile_over_time(0, free{node="n2"}[1m])', [40]),
        ("changes(size[5m])", [0, 0]),
        ("histogram_quantile(0.5, rate(wait_bucket[5m]))", [3]),
        ("histogram_quantile(0.25, sum by (le) (wait_bucket))", [1]),
        ("histogram_quantile(0.95, wait_bucket)", [5]),
        ("clamp_min(size, 150)", [150, 200]),
        ("clamp_max(size, 150)", [100, 150]),
        ("clamp(size, 120, 150)", [120, 150]),
        ("round(vector(2.5))", [3]),
        ("abs(vector(-2.5))", [2.5]),
        ("ceil(vector(2.1)) + floor(vector(2.9))", [5]),
        ("absent(nothing)", [1]),
        ("absent(up)", []),
        ('scalar(size{node="n1"}) * vector(2)', [400]),
        ("time() - max(timestamp(up))", [0]),
        ("gone", []),
        ("gone offset 8m", [7]),
        ('free{node="n2"} offset 5m', [70]),
        ("max_over_time(gone[10m])", [7]),
        ("nothing / size", []),
        ("1e3 * vector(0x10)", [16000]),
        ("sum(up) # a remark", [2]),
    ],
)
def test_queries_are_worked_out_as_prometheus_does(query: str, expected: list[float]) -> None:
    assert values(query) == pytest.approx(expected)


def test_labels_are_kept_and_dropped_as_prometheus_does() -> None:
    name = "__name__"
    assert list(ask('up{instance="1"} == 1')) == [((name, "up"), ("instance", "1"), ("job", "a"))]
    assert list(ask('up{instance="1"} * 2')) == [(("instance", "1"), ("job", "a"))]
    assert list(ask("size * on(node) group_left(pool) pool")) == [(("node", "n1"), ("pool", "p"), ("region", "ohio"))]
    assert list(ask("size / on(node) pool")) == [(("node", "n1"),)]
    assert list(ask("sum by (region) (size)")) == [(("region", "ohio"),), (("region", "london"),)]
    assert list(ask('absent(nothing{job="x",code=~"5.."})')) == [(("job", "x"),)]
    replaced = ask('label_replace(size, "short", "$1", "region", "(..).*")')
    assert sorted(dict(labels)["short"] for labels in replaced) == ["lo", "oh"]


def test_division_by_zero_and_empty_histograms_are_not_numbers() -> None:
    (nothing,) = values("vector(0) / 0")
    assert math.isnan(nothing)
    assert values("vector(1) / 0") == [math.inf]
    (empty,) = values("histogram_quantile(0.5, wait_bucket)", BEGAN)
    assert math.isnan(empty)


def test_a_sample_is_found_for_five_minutes_and_no_longer() -> None:
    assert len(values("up", NOW + 299)) == 3
    assert values("up", NOW + 301) == []
    assert values("up", BEGAN - 1) == []


def test_a_series_that_was_not_scraped_again_is_gone_at_once() -> None:
    last = BEGAN + 9 * STEP
    assert values("gone", last) == [7]
    assert values("gone", last + STEP) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "up up",
        "up{",
        "up{job=a}",
        "{job=''}",
        "sum(up, up)",
        "topk(up)",
        "nonsense(up)",
        "rate(up)",
        "rate(up[5m:1m])",
        "(up + up)[5m]",
        "up[5m] + 1",
        "up @ 10",
        "1 and 2",
        "1 == 1",
        "up + 'text'",
        "vector(up)",
        "up $ 2",
        "by",
        "(" * 3000,
    ],
)
def test_what_cannot_be_read_is_bad_data(query: str) -> None:
    with pytest.raises(BadDataError):
        parse(query)


@pytest.mark.parametrize(
    "query",
    ["up * on(job) size", "size * on(nothing) size", "up + on(job) up", 'label_replace(up, "a", "b", "c", "(")'],
)
def test_what_could_mean_more_than_one_cannot_be_worked_out(query: str) -> None:
    with pytest.raises(ExecutionError):
        values(query)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=60), st.integers(1, 30))
def test_the_store_gives_back_every_sample_whatever_it_merged(history: list[tuple[int, bool]], width: int) -> None:
    """A series that stays the same, changes, and is sometimes not there."""
    store = SeriesStore()
    for number, (value, there) in enumerate(history):
        store.scrape(number * STEP, [("one", labelled(), float(value))] if there else [])
    (series, *_) = store.select(parse("one").matchers) or [None]  # type: ignore[union-attr]
    if series is None:
        assert not any(there for _, there in history)
        return
    until = (len(history) - 1) * STEP
    after = until - width * STEP
    wanted = [
        (number * STEP, float(value))
        for number, (value, there) in enumerate(history)
        if there and number * STEP > after
    ]
    assert store.points(series, after, until) == wanted
    for number, (value, there) in enumerate(history):
        assert series.at(number) == (float(value) if there else None)


def test_the_store_forgets_what_is_older_than_it_keeps() -> None:
    store = SeriesStore(kept_s=300)
    for number in range(200):
        store.scrape(number * STEP, [("count", labelled(), float(number)), (f"only{number}", labelled(), 1.0)])
    assert store.held < 2 * 45
    (count,) = store.select(parse("count").matchers)  # type: ignore[union-attr]
    assert store.points(count, 199 * STEP - 300, 199 * STEP) == [(n * STEP, float(n)) for n in range(180, 200)]
