"""The truth of a letter: what the letter states, worked out from the figures of its content, never by reading."""

from typing import Any

from redress.model.measures import HEADLINE_NAMES
from samples.press.content import (
    ComplaintOverview,
    LetterContent,
    LocalAuthorityReport,
    ReceivedOnly,
    ThreeStatistics,
    rate_pct,
)
from samples.press.wording import LETTER_DATES, Wording, wording_of

Truth = dict[str, Any]
TABLES = ("received", "decisions", "remedied")
LAYOUT_NAMES = {
    ThreeStatistics: "three_statistics",
    ComplaintOverview: "complaint_overview",
    LocalAuthorityReport: "local_authority_report",
    ReceivedOnly: "received_only",
}


def truth_of(content: LetterContent, wording: Wording | None = None) -> Truth:
    """Return all keys of the JSON that reading a letter must give if the letter is printed without an oddity."""
    season, statistics = content.season, content.statistics
    words = wording or wording_of(season)
    truth: Truth = {
        "season": season.year,
        "authority_name": content.authority_name,
        "letter_date": LETTER_DATES[season.year].isoformat(),
        "addressee_name": content.addressee_name,
        "addressee_title": "Chief Executive",
        "period_start": None,
        "period_end": season.period_end.isoformat(),
        "layout": LAYOUT_NAMES.get(type(statistics)),
        **dict.fromkeys(HEADLINE_NAMES),
        **dict.fromkeys(TABLES),
        "verdict": "extracted",
        "quarantined": False,
        "failed_rules": [],
        "absent": {},
    }
    match statistics:
        case ThreeStatistics():
            truth |= _three(statistics, words) | {"period_start": season.period_start.isoformat()}
        case ComplaintOverview():
            truth |= _three(statistics.statistics, words) | {
                "period_start": season.period_start.isoformat(),
                "dealt_with_count": statistics.dealt_with_count,
                "not_for_us_count": statistics.not_for_us_count,
                "assessed_and_closed_count": statistics.assessed_and_closed_count,
            }
        case LocalAuthorityReport():
            truth |= {
                "upheld_count": statistics.decisions["upheld"],
                "uphold_rate_pct": statistics.uphold_rate_pct,
                "received": {**statistics.received, "total": statistics.received_total},
                "decisions": {**statistics.decisions, "total": sum(statistics.decisions.values())},
                "remedied": None if statistics.remedied is None else dict(statistics.remedied),
            }
        case ReceivedOnly():
            truth |= {"received": {"total": statistics.received_count}}
        case None:
            truth |= {
                "verdict": "no_statistics",
                "absent": {"uphold_rate_pct": "no_statistics", "received_count": "no_statistics"},
            }
        case _:
            truth |= {"verdict": "unknown_layout"}
    return truth


def _three(figures: ThreeStatistics, words: Wording) -> Truth:
    rate = figures.misprinted_uphold_rate_pct
    truth: Truth = {
        "upheld_count": figures.upheld_count,
        "investigations_count": figures.investigations_count,
        "uphold_rate_pct": rate_pct(figures.upheld_count, figures.investigations_count) if rate is None else rate,
        "uphold_rate_type_average_pct": figures.averages.uphold_rate_pct,
        "absent": {},
    }
    if words.has_per_100k and figures.upheld_per_100k is not None:
        truth["upheld_per_100k"] = _value(figures.upheld_per_100k)
        truth["upheld_per_100k_type_average"] = _value(figures.upheld_per_100k_type_average or "")
    else:
        truth["absent"]["upheld_per_100k"] = "not_in_layout"
    if figures.compliance_outcomes_count:
        truth |= {
            "compliance_outcomes_count": figures.compliance_outcomes_count,
            "compliance_rate_pct": rate_pct(figures.compliance_satisfied_count, figures.compliance_outcomes_count),
            "compliance_rate_type_average_pct": figures.averages.compliance_rate_pct,
        }
    else:
        truth["absent"] |= dict.fromkeys(
            ("compliance_outcomes_count", "compliance_rate_pct", "compliance_rate_type_average_pct"), "none_due"
        )
    if figures.upheld_count:
        printed_base = figures.upheld_count if words.is_remedy_base_upheld else figures.investigations_count
        truth |= {
            "satisfactory_remedies_count": figures.satisfactory_remedies_count,
            "satisfactory_remedy_rate_pct": rate_pct(figures.satisfactory_remedies_count, figures.upheld_count),
            "satisfactory_remedy_rate_type_average_pct": figures.averages.satisfactory_remedy_rate_pct,
            "satisfactory_remedy_printed_base_count": printed_base,
        }
    else:
        truth["absent"] |= dict.fromkeys(
            (
                "satisfactory_remedies_count",
                "satisfactory_remedy_rate_pct",
                "satisfactory_remedy_rate_type_average_pct",
                "satisfactory_remedy_printed_base_count",
            ),
            "none_upheld",
        )
    return truth


def _value(text: str) -> float | int:
    number = float(text.removesuffix("%"))
    return int(number) if number.is_integer() else number
