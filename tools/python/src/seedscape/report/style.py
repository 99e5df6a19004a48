"""Colours, words and numbers, the same on the page and on paper."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
"""Okabe and Ito's colours, which colour-blind people tell apart, without the yellow that vanishes on white paper."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Beside colours, so that lines differ in black and white."""
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
INK, SOFT, FAINT = "#222222", "#555555", "#999999"
"""Marks, words and rules on the ground of a plot: where a reader's screen is dark, the page turns these around. What lies on a
map keeps its colour."""
LANDSCAPE = "Viridis"
"""For losses and errors. Both maps are perceptually uniform and safe for the colour-blind."""
DISTANCE = "Cividis"
"""For distances and divergences."""

NAMES = {
    "training_loss": "training loss",
    "dev_loss": "dev loss",
    "dev_error": "dev error",
    "accuracy": "accuracy",
    "f1": "F1",
    "matthews": "Matthews correlation",
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
    "attention_js": "Jensen-Shannon divergence",
    "svcca": "SVCCA",
    "cca": "CCA",
    "pwcca": "PWCCA",
    "cka": "CKA",
    "procrustes": "Procrustes",
    "rsa": "RSA",
    "pretrained": "pre-trained",
    "scratch": "from scratch",
    "theta0": "θ₀ start",
    "theta1": "θ₁ fine-tuned",
    "theta2": "θ₂ other",
}
MEASURES = ("attention_js", "svcca", "cca", "pwcca", "cka", "procrustes")
"""The measures that figures show first, in this order; others follow as the tables have them."""


def measures(found: Iterable[str]) -> list[str]:
    """The measures of a table, each once, in the order of figures."""
    names = list(dict.fromkeys(found))
    return [name for name in MEASURES if name in names] + [name for name in names if name not in MEASURES]


def word(name: str) -> str:
    """A name of the tables as people say it."""
    return NAMES.get(name, name.removeprefix("dev_") if name.startswith("dev_") else name.replace("_", " "))


def start(initialisation: str, variant: str) -> str:
    """Where a cell starts, and its variant: `pre-trained`, `from scratch`, `pre-trained (long)`."""
    return word(initialisation) + ("" if variant in ("plain", "") else f" ({variant})")


@dataclass(frozen=True)
class Look:
    """How a group of cells is drawn, everywhere."""

    colour: str
    dash: str
    marker: str


def looks(names: Iterable[str]) -> dict[str, Look]:
    """One look for each name, in order: differs in colour, in dash and in marker."""
    return {
        name: Look(COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)], MARKERS[index % len(MARKERS)])
        for index, name in enumerate(dict.fromkeys(names))
    }


def starts(frame: pd.DataFrame) -> pd.Series:
    """The start of each row's cell, as `start` says it."""
    return pd.Series(
        [start(i, v) for i, v in zip(frame["initialisation"], frame["variant"], strict=True)],
        index=frame.index,
        dtype=object,
    )


def start_order(frame: pd.DataFrame) -> list[str]:
    """The starts of a table: plain before variants, pre-trained before from scratch."""
    pairs = frame[["initialisation", "variant"]].drop_duplicates().itertuples(index=False)
    ordered = sorted(pairs, key=lambda pair: (pair[1] != "plain", pair[0] != "pretrained", pair[1]))
    return [start(*pair) for pair in ordered]


@dataclass(frozen=True)
class Interval:
    """A figure over seeds."""

    count: int
    mean: float
    lowest: float
    highest: float
    kind: str
    """`95 % t`, or `range` below five seeds."""


def interval(values: Sequence[float] | np.ndarray, is_log: bool = False) -> Interval:
    """Over the finite values: Student's t from five on, the range below, as the project does it (Methods 7). For a logarithmic
    axis, the mean and the interval of the logarithms, taken back: the geometric mean, and no end below 0. What is not above 0
    has no logarithm and does not count there."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if is_log:
        logs = interval(np.log(finite[finite > 0]))
        mean, low, high = (math.exp(min(end, 709)) for end in (logs.mean, logs.lowest, logs.highest))
        return Interval(logs.count, mean, low, high, logs.kind)
    if len(finite) == 0:
        return Interval(0, math.nan, math.nan, math.nan, "")
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = float(finite.mean()), float(finite.std(ddof=1)) if len(finite) > 1 else 0.0
    if not math.isfinite(mean):
        # The sum is too great for a number.
        mean = float((finite / len(finite)).sum())
    if len(finite) < 5:
        return Interval(len(finite), mean, float(finite.min()), float(finite.max()), "range")
    half = student(len(finite) - 1) * deviation / math.sqrt(len(finite))
    if not math.isfinite(half):
        return Interval(len(finite), mean, math.nan, math.nan, "")
    return Interval(len(finite), mean, mean - half, mean + half, "95 % t")


def student(degrees: int) -> float:
    """The t that 95 % of Student's distribution lie within (Abramowitz and Stegun 26.7.3, 26.7.4, by bisection)."""

    def within(t: float) -> float:
        theta = math.atan(t / math.sqrt(degrees))
        cosine, total, term = math.cos(theta), 0.0, 1.0
        if degrees % 2 == 0:
            for k in range(0, degrees - 1, 2):
                total += term
                term *= (k + 1) / (k + 2) * cosine**2
            return math.sin(theta) * total
        term = cosine
        for k in range(1, degrees - 1, 2):
            total += term
            term *= (k + 1) / (k + 2) * cosine**2
        return 2 / math.pi * (theta + math.sin(theta) * total)

    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 0.95 else (low, middle)
    return (low + high) / 2


def number(value: object, digits: int = 4) -> str:
    """A number for people; `–` for one that does not exist."""
    if value is None or value is pd.NA:
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}".replace(",", " ")
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return "–"
        return f"{value:.{digits}g}".replace("-", "−")
    return str(value)


def duration(seconds: float) -> str:
    """Seconds for people."""
    if not math.isfinite(seconds):
        return "–"
    if not 60 <= seconds < 1e9:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def is_wide(values: np.ndarray) -> bool:
    """Whether values spread so far that a logarithmic scale shows more."""
    finite = values[np.isfinite(values)]
    # Not the quotient, which overflows.
    return len(finite) > 0 and bool(finite.min() > 0) and bool(finite.max() / 6 > finite.min())


def ticks(low: float, high: float) -> list[float]:
    """Round values for a logarithmic scale, 0 < low <= high: 1, 2, 5 in each decade, or decades alone where there are many,
    at most twelve."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1.0,) if last - first > 4 else (1.0, 2.0, 5.0)
    # As text, because powers of ten at both ends of the range are no numbers.
    decades = range(first, last + 1, max(1, -(-(last - first) // 12)))
    found = [float(f"{step:g}e{decade}") for decade in decades for step in steps]
    return [value for value in found if low * 0.999 <= value <= high * 1.001] or [low, high]


def even_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values for a linear scale, at most so many; the one value where both ends are equal, none where they are not finite."""
    if not (math.isfinite(low) and math.isfinite(high - low)):
        return []
    if not (high - low) / most > 1e-300:
        return [low]
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    step *= next((factor for factor in (1, 2, 2.5, 5) if (high - low) / (factor * step) <= most), 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def texts(values: Sequence[float], exponent: int = 0) -> list[str]:
    """The labels of ticks at values x 10^exponent: in as few digits as tell them apart, six or more."""
    for digits in (6, 9, 12, 17):
        found = [
            f"{value:.{digits}g}" if exponent == 0 else f"{Decimal(f'{value:.{digits}g}').scaleb(exponent).normalize():g}"
            for value in values
        ]
        if len(set(found)) == len(values):
            break
    return found


def layer_order(groups: Iterable[str]) -> list[str]:
    """Layer groups from the input up: embeddings, single layers, thirds, all else, pooler."""

    def key(group: str) -> tuple[int, float, str]:
        if group == "embeddings":
            return (0, 0, group)
        if group.startswith("layer ") and group[6:].isdigit():
            return (1, int(group[6:]), group)
        if group == "pooler":
            return (2, 0, group)
        if group in (thirds := ["low", "middle", "high"]):
            return (3, thirds.index(group), group)
        return (4, 0, group)

    return sorted(dict.fromkeys(groups), key=key)


def wrapped(text: str, letters: int) -> list[str]:
    """A text in lines of at most so many letters, broken between words where that can be."""
    return textwrap.wrap(text, max(letters, 4)) or [""]


def part(group: str) -> str:
    """A layer group as figures name it: a single layer by its number, from 1, as attention and features count. The tables and
    the parameters' names count it from 0."""
    single = re.fullmatch(r"layer (\d{1,9})", group)
    return str(int(single.group(1)) + 1) if single else group


def parts_and_thirds(groups: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Layer groups apart by kind, each from the input up: single parts, which share no parameter, and groups of layers, which
    contain them. A kind without groups is left out."""
    ordered = layer_order(groups)
    single = [group for group in ordered if group in ("embeddings", "pooler") or part(group) != group]
    kinds = (("single layers", single), ("groups of layers", [group for group in ordered if group not in single]))
    return [(title, names) for title, names in kinds if names]


def baseline(metric: str) -> str:
    """What a model scores that always gives one answer, in a word: a correlation with it is 0."""
    return "no relation" if metric in ("matthews", "pearson", "spearman") else "majority"


def over(figure: Interval, digits: int = 4) -> str:
    """An interval in words; of one seed there is none."""
    if figure.count <= 1:
        return "one seed" if figure.count else "–"
    return f"{number(figure.lowest, digits)} to {number(figure.highest, digits)} ({figure.kind or 'no interval'} of {figure.count})"


def in_order(values: Iterable[str], order: Iterable[str]) -> list[str]:
    """Distinct values in the order in which another column first has them; those that it lacks last."""
    places = {name: place for place, name in enumerate(dict.fromkeys(order))}
    return sorted(dict.fromkeys(values), key=lambda name: places.get(name, len(places)))
