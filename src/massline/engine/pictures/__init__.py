"""Pictures as SVG text: themes by size and closeness, shares, time, where every message went, and how far it has come.

Pure functions: the same data give the same bytes. Colours come by class from `STYLE`, which the page includes once, so a page may
change them, in dark mode as well; every picture names itself and says what it shows, and no fact is in a picture alone.
"""

from massline.engine.pictures.areas import Place, area_map
from massline.engine.pictures.bubbles import Bubble, bubbles
from massline.engine.pictures.flow import Stream, flow
from massline.engine.pictures.paper import COLOURS, DESK, LARGE_TYPE, PHONE, STYLE, Paper, text_width, wrap
from massline.engine.pictures.river import Pool, Stage, river
from massline.engine.pictures.series import Likely, level, series, share_bar, share_bars, trend

__all__ = [
    "COLOURS",
    "DESK",
    "LARGE_TYPE",
    "PHONE",
    "STYLE",
    "Bubble",
    "Likely",
    "Paper",
    "Place",
    "Pool",
    "Stage",
    "Stream",
    "area_map",
    "bubbles",
    "flow",
    "level",
    "river",
    "series",
    "share_bar",
    "share_bars",
    "text_width",
    "trend",
    "wrap",
]
