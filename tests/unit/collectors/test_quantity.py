from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.collectors.quantity import parse_bytes, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1", 1),
        (2, 2),
        (0.5, 0.5),
        ("500m", 0.5),
        ("1500m", 1.5),
        ("250u", 0.000_25),
        ("15892312n", 0.015_892_312),
        ("4k", 4_000),
        ("1.5G", 1_500_000_000),
        ("200Gi", 200 * 2**30),
        ("16Ki", 16_384),
        ("0.5Mi", 2**19),
        ("3Ti", 3 * 2**40),
        ("1Pi", 2**50),
        ("1Ei", 2**60),
        ("1E", 10**18),
        ("1e3", 1_000),
        ("1E3", 1_000),
        ("12e-1", 1.2),
        (".5", 0.5),
        ("5.", 5),
        ("+5", 5),
        ("-5", -5),
        (" 5Gi ", 5 * 2**30),
    ],
)
def test_quantities_are_read_in_their_base_unit(text: str | float, value: float) -> None:
    assert parse_quantity(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "Gi",
        "1 Gi",
        "1gi",
        "1K",
        "1Kib",
        "1ki",
        "1e",
        "nan",
        "inf",
        "1e999",
        "--1",
        "1,5",
        "100E",
        "8Ei",
        "-1e30",
        "1e3Ki",
        "1e3k",
        "1_000",
        "Infinity",
        "\u0665",
    ],
)
def test_what_is_no_quantity_is_unknown_and_not_zero(text: str | None) -> None:
    assert parse_quantity(text) is None
    assert parse_bytes(text) is None


@given(st.integers(0, 2**53))
def test_bytes_are_exact_as_far_as_any_disk_goes(count: int) -> None:
    assert parse_bytes(str(count)) == parse_bytes(count) == count


@given(st.integers(0, 2**32), st.sampled_from(["Ki", "Mi", "Gi"]))
def test_binary_units_are_powers_of_two(count: int, unit: str) -> None:
    assert parse_bytes(f"{count}{unit}") == count * {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}[unit]


@given(st.integers(0, 10**9))
def test_milli_cores_are_thousandths(count: int) -> None:
    assert parse_quantity(f"{count}m") == pytest.approx(count / 1000)


@given(st.text(max_size=30) | st.text("0123456789.eE+-numkMGTPEi ", max_size=12))
def test_any_text_is_a_finite_number_or_unknown(text: str) -> None:
    value = parse_quantity(text)
    assert value is None or math.isfinite(value)
