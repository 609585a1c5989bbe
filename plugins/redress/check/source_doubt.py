"""Doubt a source: if most files of a season are refused, the source is probably wrong, and not the letters.

If such a season were landed, a wrong folder, another season's letters, or a site that answers with something else
would replace a good season in landing by letters that are all in quarantine.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from redress.check.rule import Check
from redress.model.landed import Disposition, Fate
from redress.model.season import Season
from redress.settings import Settings

REFUSED = (Fate.QUARANTINED, Fate.NOT_A_LETTER, Fate.UNREADABLE)
"""The dispositions that suggest a wrong source. A file of an unknown layout, or without statistics, is still a
letter."""
SHOWN_RULES_COUNT = 3


def doubt(
    season: Season,
    checks: Iterable[tuple[str | None, Check]],
    dispositions: Sequence[Disposition],
    settings: Settings,
) -> str | None:
    """If a season must not be landed, return a message that says why. Otherwise return None.

    Letters that a person has decided about are not counted. If only few files came, most can be refused by chance.
    So a season with fewer than REDRESS_STOP_FROM_FILES_COUNT files is never stopped.
    """
    undecided = [one for one in dispositions if one.decided_by is None]
    refused = [one for one in undecided if one.disposition in REFUSED]
    is_most = 100 * len(refused) > settings.stop_above_refused_pct * len(undecided)
    if len(undecided) < settings.stop_from_files_count or not is_most:
        return None
    kinds = Counter(one.disposition for one in refused)
    found = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    theirs = {None, *(one.letter_sha256 for one in refused)}
    failed = Counter(check.rule for sha256, check in checks if check.holds_back and sha256 in theirs)
    rules = ", ".join(f"{rule} {count}" for rule, count in failed.most_common(SHOWN_RULES_COUNT))
    return (
        f"season {season}: {len(refused)} of {len(undecided)} files are refused ({found}"
        + (f"; critical rules that failed most: {rules}" if rules else "")
        + f"), and the source looks wrong. The first: {refused[0].reason}. Nothing has been landed, and the season "
        "is as it was before. Look whether the source has the letters of this season; if they are right all the "
        "same, set REDRESS_STOP_ABOVE_REFUSED_PCT=100 and run the season again"
    )
