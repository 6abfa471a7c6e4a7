"""The colours of a picture: for each status a fill, a line and a text, on light ground and on dark."""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """How a box is painted, as ``#rrggbb``."""

    fill: str
    line: str
    text: str


# The text of each has a contrast of 7 or more with its fill; hues are told apart with the usual colour blindnesses.
LIGHT = {
    "created": Colour("#f6f8fa", "#8c959f", "#424a53"),
    "started": Colour("#ddf4ff", "#0969da", "#0a3069"),
    "completed": Colour("#d2f4de", "#1a7f4b", "#033d20"),
    "skipped": Colour("#eaecef", "#a2a9b1", "#444c56"),
    "failed": Colour("#ffe3e0", "#cf222e", "#6e0712"),
    "cancelled": Colour("#fff1c4", "#9a6700", "#4d2d00"),
}
DARK = {
    "created": Colour("#1c2128", "#6e7681", "#b7bfc8"),
    "started": Colour("#0c2d55", "#58a6ff", "#cae8ff"),
    "completed": Colour("#0f3a26", "#3fb374", "#c3f5d6"),
    "skipped": Colour("#262b32", "#5b636d", "#b7bfc8"),
    "failed": Colour("#5a1218", "#ff7b72", "#ffe1de"),
    "cancelled": Colour("#4a3200", "#d9a520", "#ffedb3"),
}
PLAIN_LIGHT = Colour("#ffffff", "#57606a", "#1f2328")
PLAIN_DARK = Colour("#161b22", "#8b949e", "#e6edf3")
