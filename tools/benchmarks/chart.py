"""The chart of docs/performance.md."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

COLOURS = ("#94a3b8", "#f59e0b", "#2563eb", "#60a5fa", "#a855f7")
WIDTH, LABELS, BAR, GAP = 860, 190, 13, 16


def bars(results: Mapping[str, Mapping[str, Mapping[str, float]]], ways: Mapping[str, str]) -> str:
    """An SVG with a bar for each way to each subject; the longest bar of a subject has the full length."""
    parts, top = [_legend(ways)], 40
    for name, measured in results.items():
        best = max(figures["per_second"] for figures in measured.values())
        parts.append(_text(8, top + BAR, name, "600"))
        for colour, way in zip(COLOURS, ways, strict=True):
            if way in measured:
                rate = measured[way]["per_second"]
                length = (WIDTH - LABELS - 70) * rate / best
                parts.append(f'<rect x="{LABELS}" y="{top}" width="{length:.0f}" height="{BAR - 2}" fill="{colour}"/>')
                parts.append(_text(LABELS + length + 5, top + BAR - 3, f"{rate:,.0f}", "400"))
                top += BAR
        top += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{top}" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _legend(ways: Mapping[str, str]) -> str:
    parts = []
    for number, (colour, title) in enumerate(zip(COLOURS, ways.values(), strict=True)):
        x = 8 + 172 * number
        parts.append(f'<rect x="{x}" y="10" width="10" height="10" fill="{colour}"/>{_text(x + 15, 19, title, "400")}')
    return "".join(parts)


def _text(x: float, y: float, text: str, weight: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-weight="{weight}">{escape(text)}</text>'
