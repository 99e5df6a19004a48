"""What a figure for papers has on its page: which texts are cut off, which lie on each other."""

from __future__ import annotations

import itertools
from typing import Any
from unittest import mock

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


def texts(figure: Figure) -> list[tuple[str, np.ndarray]]:
    """All texts that are drawn, and the corners of their boxes in pixels, [4, 2]; a turned text has a turned box."""
    found: list[tuple[str, np.ndarray]] = []
    original = Text.draw

    def draw(self: Text, renderer: Any, *arguments: Any, **more: Any) -> None:
        original(self, renderer, *arguments, **more)
        if self.get_visible() and self.get_text().strip():
            found.append((self.get_text(), _corners(self, renderer)))

    draw._supports_rasterization = True  # type: ignore[attr-defined]
    figure.draw_without_rendering()
    with mock.patch.object(Text, "draw", draw):
        FigureCanvasAgg(figure).draw()
    return found


def _corners(text: Text, renderer: Any) -> np.ndarray:
    around = text.get_window_extent(renderer)
    turned = text.get_rotation()
    text.set_rotation(0)
    flat = text.get_window_extent(renderer)
    text.set_rotation(turned)
    angle = np.deg2rad(turned)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    middle = np.array([(around.x0 + around.x1) / 2, (around.y0 + around.y1) / 2])
    return np.array(
        [middle + u * flat.width / 2 * along + v * flat.height / 2 * across for u, v in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    )


def cut(figure: Figure) -> list[str]:
    """Texts that reach over the figure's edge by more than a pixel."""
    page = np.array([figure.bbox.width, figure.bbox.height])
    return [text for text, corners in texts(figure) if (corners < -1).any() or (corners > page + 1).any()]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that lie on each other by more than a pixel."""
    return [(one, other) for (one, a), (other, b) in itertools.combinations(texts(figure), 2) if _meet(a, b)]


def _meet(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether no line parts two boxes: one along a side of either would."""
    for box in (a, b):
        for side in (box[0] - box[1], box[1] - box[2]):
            normal = side / max(float(np.hypot(*side)), 1e-9)
            if min((a @ normal).max(), (b @ normal).max()) - max((a @ normal).min(), (b @ normal).min()) <= 1:
                return False
    return True
