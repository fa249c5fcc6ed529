"""A dashboard as one page of HTML that needs nothing else: the body that was deployed, and the data of a run. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 54, 10, 10, 24
"""Of a graph, in its own units: it grows with its place on the page."""
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#7f7f7f")
STATES = {"OK": "#2e7d32", "ALARM": "#c62828", "INSUFFICIENT_DATA": "#757575"}
STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #f4f5f7; color: #1b1f24; }
.board { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 42px; gap: 6px; margin-bottom: 3rem; }
.widget { background: #fff; border: 1px solid #d8dce1; border-radius: 4px; padding: 4px 8px; overflow: auto; }
.text { background: none; border: none; overflow: visible; } .text h1 { font-size: 1.4rem; margin: 0; } .text h2 { font-size: 1.05rem; margin: 4px 0 0; }
h3 { font-size: .85rem; margin: 0; } p { margin: 0; } svg { width: 100%; height: calc(100% - 3rem); } svg text { font-size: 11px; fill: #555; }
table { border-collapse: collapse; } td, th { padding: 1px 12px 1px 0; text-align: left; } code { font-size: .8rem; white-space: pre-wrap; }
.legend, .note { font-size: .75rem; color: #555; } .key, .state { display: inline-block; margin-right: 10px; }
.state { font-size: .75rem; color: #fff; border-radius: 3px; padding: 0 6px; margin: 1px 2px; }
"""


@dataclass(frozen=True)
class Line:
    """One series; times in seconds since 1970."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Data:
    """What a run has to say of a dashboard."""

    start: float
    end: float
    lines: Mapping[int, tuple[Line, ...]]
    """Number of a widget -> its lines."""
    notes: Mapping[int, str]
    """Number of a widget -> why it shows nothing."""
    states: Mapping[str, str]
    """ARN of an alarm -> its state; none of one that does not exist."""


def page(title: str, told: str, boards: Iterable[tuple[str, dict[str, Any], Data]], link: Callable[[str], str]) -> str:
    """The document. boards: (name, body, data) of each dashboard; told: what was drawn, from when to when; link: name of a dashboard -> address."""
    parts = [f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style></head><body>']
    parts.append(f'<p class="note">{escape(told)}</p>')
    for name, body, data in boards:
        parts.append(f'<section class="board" id="{escape(name)}">')
        parts += [_widget(number, widget, data, link) for number, widget in enumerate(body["widgets"])]
        parts.append("</section>")
    return "\n".join([*parts, "</body></html>\n"])


def _widget(number: int, widget: dict[str, Any], data: Data, link: Callable[[str], str]) -> str:
    place = f"grid-column: {widget['x'] + 1} / span {widget['width']}; grid-row: {widget['y'] + 1} / span {widget['height']}"
    shown = widget["properties"]
    head = f"<h3>{escape(shown['title'])}</h3>" if shown.get("title") else ""
    match widget["type"]:
        case "text":
            inside = "".join(_markdown(shown["markdown"], link))
        case "alarm":
            inside = head + "".join(_state(arn, data.states.get(arn, "")) for arn in shown["alarms"])
        case "log":
            inside = f'{head}<p class="note">{escape(data.notes.get(number, ""))}</p><code>{escape(shown["query"])}</code>'
        case _:
            lines = data.lines.get(number, ())
            inside = head + (_graph(lines, _thresholds(shown), data) if lines else f'<p class="note">{escape(data.notes.get(number, "no data"))}</p>')
            inside += "".join(_legend(lines, _thresholds(shown)))
    return f'<div class="widget {widget["type"]}" style="{place}">{inside}</div>'


def _state(arn: str, state: str) -> str:
    colour, name = STATES.get(state, "#000"), arn.rpartition(":")[2]
    return f'<span class="state" style="background: {colour}" title="{escape(state or "does not exist")}">{escape(name)}</span>'


def _thresholds(shown: dict[str, Any]) -> list[tuple[str, float]]:
    return [(line["label"], line["value"]) for line in shown.get("annotations", {}).get("horizontal", [])]


def _legend(lines: Iterable[Line], thresholds: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield '<div class="legend">'
    for number, line in enumerate(lines):
        yield f'<span class="key" style="color: {COLOURS[number % len(COLOURS)]}">&#9679; {escape(line.label)}</span>'
    for label, value in thresholds:
        yield f'<span class="key" style="color: #c62828">&#8212; {value:g}: {escape(label)}</span>'
    yield "</div>"


def _graph(lines: tuple[Line, ...], thresholds: list[tuple[str, float]], data: Data) -> str:
    """The lines over time, and each threshold that they come near; one far above would press them flat, and is in the legend."""
    highest = max(value for line in lines for _, value in line.points)
    near = [value for _, value in thresholds if value <= 3 * highest]
    top = max([highest, *near]) * 1.1 or 1.0

    def x(time: float) -> float:
        return LEFT + (time - data.start) / (data.end - data.start) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">']
    for share in (0, 0.5, 1):
        height = y(top / 1.1 * share)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="#e3e6ea"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{top / 1.1 * share:.3g}</text>')
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        time = data.start + share * (data.end - data.start)
        parts.append(f'<text x="{x(time):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{clock(time)}</text>')
    for value in near:
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#c62828" stroke-dasharray="4 3"/>')
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(time):.1f},{y(value):.1f}" for time, value in line.points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for time, value in line.points:
            told = f"{line.label}, {clock(time)}: {value:g}"
            parts.append(f'<circle cx="{x(time):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"><title>{escape(told)}</title></circle>')
    return "".join([*parts, "</svg>"])


def clock(time: float) -> str:
    """Hours and minutes, UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%H:%M")


def _markdown(text: str, link: Callable[[str], str]) -> Iterator[str]:
    """As much of Markdown as the platform's dashboards use: headings, links, tables."""
    rows: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"\|[-|]+", line):
                rows.append(f"<tr>{''.join(f'<td>{_inline(cell.strip(), link)}</td>' for cell in line.strip('|').split('|'))}</tr>")
            continue
        if rows:
            yield f"<table>{''.join(rows)}</table>"
            rows = []
        if heading := re.match(r"(#+) (.*)", line):
            yield f"<h{len(heading[1])}>{_inline(heading[2], link)}</h{len(heading[1])}>"
        elif line:
            yield f"<p>{_inline(line, link)}</p>"


def _inline(text: str, link: Callable[[str], str]) -> str:
    def anchor(found: re.Match[str]) -> str:
        target = found[2].removeprefix("#dashboards/dashboard/")
        return f'<a href="{link(target) if target != found[2] else found[2]}">{found[1]}</a>'

    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", anchor, escape(text, quote=False))
