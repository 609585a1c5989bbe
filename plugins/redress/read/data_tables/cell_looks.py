"""What a person sees of a spreadsheet's cell: unreadable colours and type, and the formats of numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.cell.text import InlineFont
from openpyxl.styles.colors import COLOR_INDEX, Color
from openpyxl.styles.fills import Fill
from openpyxl.styles.fonts import Font
from openpyxl.styles.proxy import StyleProxy

AnyFont = Font | InlineFont | StyleProxy

LEAST_CONTRAST = 48
"""Type that differs from its background by fewer than this of 256 shades is hardly seen. Grey type differs by 90
and more."""
LEAST_POINTS = 5.0
"""Type smaller than this, in points, cannot be read. Neither can type in a row that is lower than this."""
LEAST_CHARACTERS_SHARE = 0.5
"""If a column has room for less than this share of a number's characters, a spreadsheet shows "###"."""

STRUCK = "is struck through, and is not read"
RAISED = "is set above or below the line, as the mark of a footnote"
PALE = "has letters in hardly another colour than what is behind them"
TINY = "has type, or a row, that is too low to be read"
NARROW = "does not fit in its column, which shows ### in its place"
SYMBOLS = "is set in a font of symbols"
CONDITIONAL = "has a conditional format that may hide its number, or show it in another way"
FORMATTED = 'shows its number {} in the format "{}", which is another number or none'

_THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
"""The names of a theme's colours, in the order in which sheets number them."""
_THEME_COLOUR = re.compile(rb'<a:(\w+)>\s*<a:(?:srgbClr val|sysClr [^>]*?lastClr)="([0-9A-Fa-f]{6})"')
_PAPER, _INK = 255.0, 0.0
_SYMBOL_FONT = re.compile(r"wingdings|webdings|dingbats|symbol|marlett|code ?39|barcode", re.IGNORECASE)

_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_SPACING = re.compile(r"_.|\*[^\d%]|\[(?:black|blue|green|magenta|red|\$[^\]]*)\]", re.IGNORECASE)
_PLAIN = re.compile(r"[-+(£$€\s]*(?:#[, ]#{0,2})?[#0?]*[0?](?:\.[0#?]+)?\s*%?[-)\s]*|[-+(£$€\s]*#+[-)\s]*")
"""A number format that shows the digits of a number unchanged."""


@dataclass(frozen=True)
class Palette:
    """How light the colours of a workbook's theme are, from 0 (black) to 255 (white), in the order in which sheets
    number the colours.
    """

    shades: tuple[float, ...]

    @classmethod
    def of_theme(cls, theme: bytes | None) -> "Palette":
        """Return the palette of a theme's XML. If the theme does not give a colour, `lt1` is white, `dk1` is black,
        and any other colour is a middle grey.
        """
        named = {name.decode(): _shade_of(value.decode()) for name, value in _THEME_COLOUR.findall(theme or b"")}
        usual = {"lt1": _PAPER, "dk1": _INK}
        return cls(tuple({**usual, **named}.get(name, (_PAPER + _INK) / 2) for name in _THEME))

    def shade(self, colour: Color | None, otherwise: float) -> float:
        """Return how light a colour is with its tint, from 0 to 255. If there is no colour, return `otherwise`. If
        the colour's shade is not known, for instance because the system chooses the colour, take `otherwise` as the
        shade without the tint.
        """
        if colour is None:
            return otherwise
        shade = otherwise
        if colour.type == "rgb" and isinstance(colour.rgb, str):
            shade = _shade_of(colour.rgb[-6:])
        elif colour.type == "theme" and colour.theme < len(self.shades):
            shade = self.shades[colour.theme]
        elif colour.type == "indexed" and colour.indexed < len(COLOR_INDEX):
            shade = _shade_of(COLOR_INDEX[colour.indexed][-6:])
        tint = colour.tint or 0.0
        return shade * (1 + tint) if tint < 0 else shade + (_PAPER - shade) * tint

    def behind(self, cell_fill: Fill | StyleProxy) -> Sequence[float]:
        """Return the shades of a cell's background: several if the background has a pattern or a gradient."""
        fill: Any = cell_fill  # openpyxl's types do not say which kind of fill it is
        if fill.tagname == "gradientFill":
            return [self.shade(stop.color, _PAPER) for stop in fill.stop]
        if fill.fill_type is None:
            return [self.shades[0]]
        colours = [fill.fgColor] if fill.fill_type == "solid" else [fill.fgColor, fill.bgColor]
        return [self.shade(colour, _PAPER) for colour in colours]


def fault_of_type(font: AnyFont, behind: Sequence[float], palette: Palette) -> str | None:
    """Return in words why a person cannot read text in a font on a background; None if the text is readable.
    `behind` has the shades of the background.
    """
    size = font.sz
    if size is not None and size < LEAST_POINTS:
        return TINY
    name = font.rFont if isinstance(font, InlineFont) else font.name
    if _SYMBOL_FONT.search(name or ""):
        return SYMBOLS
    shade = palette.shade(font.color, _INK)
    return PALE if any(abs(shade - other) < LEAST_CONTRAST for other in behind) else None


def fault_of_line(font: AnyFont) -> str | None:
    """Return in words why text in a font does not count as a cell's text: it is struck through, or is raised or
    lowered. Return None if the text counts.
    """
    if font.strike:
        return STRUCK
    return RAISED if font.vertAlign in ("superscript", "subscript") else None


def may_change_look(rule: Any, font: AnyFont, fill: Fill | StyleProxy, palette: Palette) -> bool:
    """Return whether a rule of a conditional format may hide a number, or show another number in its place.

    An icon or a bar can replace the number. Other rules change the number's format, its colour, or the colour
    behind the number.
    """
    if any(drawn is not None and drawn.showValue is False for drawn in (rule.iconSet, rule.dataBar)):
        return True
    if rule.dxf is None:
        return False
    own_colour = None if rule.dxf.font is None else rule.dxf.font.color
    shade = palette.shade(font.color if own_colour is None else own_colour, _INK)
    behind = palette.behind(fill)
    if rule.dxf.fill is not None:
        behind = [palette.shade(rule.dxf.fill.bgColor, _PAPER)]  # the colour of a plain fill, in such a rule
    return rule.dxf.numFmt is not None or any(abs(shade - other) < LEAST_CONTRAST for other in behind)


def section_for(number: float, number_format: str) -> str:
    """Return the section of a number format that applies to a number."""
    sections = [part for part in _sections(number_format) if "@" not in part] or _sections(number_format)
    if number == 0 and len(sections) > 2:
        return sections[2]
    return sections[1] if number < 0 and len(sections) > 1 else sections[0]


def shows_number(section: str) -> bool:
    """Return whether a section of a number format shows the number itself, perhaps without its decimal places."""
    if any(re.search(r"[\d%]", quoted or escaped) for quoted, escaped in _QUOTED.findall(section)):
        return False
    section = _SPACING.sub("", _QUOTED.sub("", section))
    return section.strip().lower() in ("general", "@") or _PLAIN.fullmatch(section) is not None


def shows_text(number_format: str) -> bool:
    """Return whether a number format shows a text unchanged."""
    sections = _sections(number_format)
    own = [section for section in sections if "@" in section] or sections[3:4]
    return all(_SPACING.sub("", section).strip() == "@" for section in own)


def _sections(number_format: str) -> list[str]:
    """Return the sections of a number format. A format with four sections has them for numbers above zero, for
    numbers below zero, for zero, and for text, in this order.
    """
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)


def _shade_of(rgb: str) -> float:
    red, green, blue = (int(rgb[place : place + 2], 16) for place in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue
