"""The doubt about a source: where most of a season's files are refused it looks wrong, and not the letters.

A wrong folder, another season's letters, or a site that answers with something else would else replace a good
season in landing by one in quarantine.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from redress.check.rule import Check, Severity
from redress.model.landed import Disposition
from redress.model.letter import Verdict
from redress.model.season import Season
from redress.settings import Settings

REFUSED = ("quarantined", str(Verdict.NOT_A_LETTER), str(Verdict.UNREADABLE))
"""What a wrong source ends in. A layout that nobody knows, or a letter without statistics, is the right letter."""
SHOWN_RULES_COUNT = 3


def doubt(
    season: Season,
    checks: Iterable[tuple[str | None, Check]],
    dispositions: Sequence[Disposition],
    settings: Settings,
) -> str | None:
    """Why a season must not be landed, for a person to read; None where nothing speaks against it.

    Letters that a person decided on say nothing about the source. Of very few files, most can be refused by
    chance: below `stop_from_files_count` a season is never stopped.
    """
    undecided = [one for one in dispositions if one.decided_by is None]
    refused = [one for one in undecided if one.disposition in REFUSED]
    is_most = 100 * len(refused) > settings.stop_above_refused_pct * len(undecided)
    if len(undecided) < settings.stop_from_files_count or not is_most:
        return None
    kinds = Counter(one.disposition for one in refused)
    found = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    failed = Counter(
        check.rule for _, check in checks if check.severity is Severity.CRITICAL and not check.is_passed
    )
    rules = ", ".join(f"{rule} {count}" for rule, count in failed.most_common(SHOWN_RULES_COUNT))
    return (
        f"season {season}: {len(refused)} of {len(undecided)} files are refused ({found}"
        + (f"; critical rules that failed most: {rules}" if rules else "")
        + f"), and the source looks wrong. The first: {refused[0].reason}. Nothing has been landed, and the season "
        "is as it was before. Look whether the source has the letters of this season; if they are right all the "
        "same, set REDRESS_STOP_ABOVE_REFUSED_PCT=100 and run the season again"
    )
