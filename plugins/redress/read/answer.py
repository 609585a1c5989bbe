"""The answer to `redress read --json`: the result of reading one file, as a JSON object."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from redress.check.rule import Check
from redress.model.letter import Figure, Letter
from redress.model.measures import HEADLINE_NAMES, TABLE_MEASURES

_TABLE_NAMES = {"received_count": "received", "decided_count": "decisions", "remedied_count": "remedied"}


def answer(file: str, letter: Letter, checks: Iterable[Check]) -> dict[str, Any]:
    """Return the result of reading one file, as the JSON object of `redress read --json`."""
    header = letter.header
    return {
        "file": file,
        "sha256": letter.sha256,
        "verdict": str(letter.verdict),
        "reason": letter.reason,
        "header": {
            "season": header.season,
            "authority_name": header.authority_name,
            "addressee_name": header.addressee_name,
            "addressee_title": header.addressee_title,
            "letter_date": _iso(header.letter_date),
            "period_start": _iso(header.period_start),
            "period_end": _iso(header.period_end),
            "layout": header.layout,
            "page_count": header.page_count,
            "letter_pages": None if header.letter_pages is None else list(header.letter_pages),
            "sha256": letter.sha256,
        },
        "figures": {figure.measure: _figure(figure) for name in HEADLINE_NAMES if (figure := letter.figure(name))},
        "absent": {measure: str(code) for measure, code in letter.absences},
        **{
            _TABLE_NAMES[measure]: {
                category: _figure(figure) for category in categories if (figure := letter.figure(measure, category))
            }
            for measure, categories in TABLE_MEASURES.items()
        },
        "checks": [
            {
                "rule": check.rule,
                "severity": str(check.severity),
                "passed": check.is_passed,
                "detail": check.detail,
            }
            for check in checks
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": number(figure.value),
        "text": figure.text,
        "sentence": figure.sentence,
        "page": figure.page,
        "box": None if figure.box is None else list(figure.box),
        "line": figure.line,
        "ocr": figure.is_ocr,
    }


def number(value: Decimal) -> int | float:
    """Return a figure's value for JSON: an int if the value is whole, otherwise a float."""
    return int(value) if value == int(value) else float(value)


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
