from __future__ import annotations

import math

import numpy as np
import pytest

from seedscape.report import style


@pytest.mark.parametrize(
    ("degrees", "t"), [(1, 12.7062), (2, 4.30265), (4, 2.77645), (9, 2.26216), (30, 2.04227), (99, 1.98422)]
)
def test_student(degrees: int, t: float) -> None:
    assert style.student(degrees) == pytest.approx(t, abs=1e-5)


def test_interval() -> None:
    assert style.interval([1, 3, math.nan]) == style.Interval(2, 2.0, 1.0, 3.0, "range")
    five = style.interval([1, 2, 3, 4, 5])
    # mean 3, deviation sqrt(2.5), t 2.77645
    assert five.kind == "95 % t" and five.highest == pytest.approx(3 + 2.776445 * math.sqrt(2.5 / 5), abs=1e-5)
    assert style.interval([]).count == 0 and math.isnan(style.interval([math.inf]).mean)


def test_numbers() -> None:
    assert [style.number(value) for value in (0.123456, 1234567, math.nan, None, True, "a")] == [
        "0.1235",
        "1 234 567",
        "–",
        "–",
        "yes",
        "a",
    ]
    assert [style.duration(value) for value in (1.234, 75, 7260)] == ["1.23 s", "1 min 15 s", "2 h 01 min"]


def test_ticks() -> None:
    assert style.ticks(0.15, 6) == [0.2, 0.5, 1, 2, 5]
    assert style.even_ticks(0.19, 0.74) == [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert style.even_ticks(-1, 2, 4) == [-1, 0, 1, 2]
    assert style.is_wide(np.array([0.1, 3.0, math.inf])) and not style.is_wide(np.array([0.0, 3.0]))


def test_layer_order() -> None:
    names = ["high", "layer 10", "layer 2", "pooler", "embeddings", "low", "layers 0-3"]
    assert style.layer_order(names) == ["embeddings", "layer 2", "layer 10", "pooler", "low", "high", "layers 0-3"]


def test_looks_differ_without_colour() -> None:
    looks = list(style.looks(list("abcdef")).values())
    assert (
        len({look.dash for look in looks})
        == len({look.marker for look in looks})
        == len({look.colour for look in looks})
        == 6
    )
