# SPDX-License-Identifier: Apache-2.0
"""The picture of the results: one panel a case and thread count, one bar a program, in plain SVG."""
from xml.sax.saxutils import escape

BAR, GAP, LABEL, WIDTH, TITLE = 16, 6, 130, 330, 30
OURS_COLOUR, PEER_COLOUR = "#1f6f8b", "#b8c4ca"


def panel(x, y, title, bars, unit):
    """`bars` is [(name, value, is_ours)]; the longest bar fills the panel. Gives the SVG and the height."""
    out = [f'<text x="{x}" y="{y + 14}" class="title">{escape(title)}</text>']
    longest = max(value for _, value, _ in bars)
    at = y + TITLE
    for name, value, is_ours in bars:
        width = max(1.0, (WIDTH - LABEL - 90) * value / longest)
        colour = OURS_COLOUR if is_ours else PEER_COLOUR
        out.append(f'<text x="{x + LABEL - 8}" y="{at + 12}" class="name">{escape(name)}</text>')
        out.append(f'<rect x="{x + LABEL}" y="{at}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
        out.append(f'<text x="{x + LABEL + width + 6:.1f}" y="{at + 12}" class="value">{value:,.2f} {escape(unit)}</text>')
        at += BAR + GAP
    return "\n".join(out), at - y + 14


def svg(panels, columns=2):
    """`panels` is [(title, bars, unit)], row by row."""
    body, y, row_height = [], 10, 0
    for index, (title, bars, unit) in enumerate(panels):
        column = index % columns
        if index > 0 and column == 0:
            y += row_height
            row_height = 0
        text, height = panel(16 + column * (WIDTH + 40), y, title, bars, unit)
        body.append(text)
        row_height = max(row_height, height)
    width, height = columns * (WIDTH + 40) + 16, y + row_height
    style = ("text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600}.name{text-anchor:end}.value{fill:#555}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" role="img">\n<style>{style}</style>\n'
            f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n")
