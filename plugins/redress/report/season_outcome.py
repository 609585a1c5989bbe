"""How a season's run ended: the facts of its record that a report begins with, and their one sentence."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redress.model.authorities import Authorities
from redress.model.landed import Disposition, Fate
from redress.model.reference import load_authorities
from redress.report.letter_lines import RefusedSeason, refused_season
from redress.report.release_notes import ReleaseNotes, read_release_notes
from redress.steps import SeasonRun
from redress.steps.letter_changes import LetterChange, kept_before, landed_states, letter_changes
from redress.steps.record import StepSummary, failure_reason, last_failure, step_summaries
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases

AFTER_RELEASE = frozenset({"serve", "data docs", "report"})
"""Steps after which the release is out, whatever becomes of them."""
_SENTENCE_END = re.compile(r"(?<=[^\W_]{2}|.[)\]\"'])[.!?]\s+(?=[A-Z])")
"""Where a sentence of a message ends, which an initial ("A. Lister") does not."""


@dataclass(frozen=True)
class SeasonOutcome:
    """A run by its record, and its season as it is landed."""

    run: SeasonRun

    @cached_property
    def steps(self) -> tuple[StepSummary, ...]:
        """Every step but the writing of the report, once."""
        return tuple(one for one in step_summaries(self.run.record) if one.name != "report")

    @cached_property
    def failure(self) -> StepSummary | None:
        """The step that failed last, or None where none has failed."""
        return last_failure(self.run.record)

    @property
    def has_released(self) -> bool:
        """Whether the run went the whole way to the release, and nothing before that has failed since."""
        is_broken = self.failure is not None and self.failure.name not in AFTER_RELEASE
        return not is_broken and self._has_done("release")

    @property
    def has_landed(self) -> bool:
        """Whether the run has put its letters into landing."""
        return self._has_done("check")

    @cached_property
    def refused(self) -> RefusedSeason | None:
        """The files that stopped the season, or None where it was not stopped for them."""
        is_stopped = self.failure is not None and self.failure.name == "check" and not self.has_landed
        return refused_season(self.run) if is_stopped else None

    @cached_property
    def dispositions(self) -> dict[str, Disposition]:
        """What the gate decided on each letter of the season, by its sha256; nothing where none was landed."""
        landing = Landing(self.run.settings.landing_folder)
        return landing.dispositions(self.run.season) if self.run.season in landing.seasons() else {}

    @cached_property
    def disposition_counts(self) -> Counter[Fate]:
        """How many letters there are of each disposition."""
        return Counter(one.disposition for one in self.dispositions.values())

    @cached_property
    def authorities(self) -> Authorities:
        return load_authorities(additional=self.run.settings.additional_authorities)

    @cached_property
    def expected_ids(self) -> frozenset[str]:
        """The authorities that the season must have a letter to: those of samples where nothing else has come."""
        come_ids = (one.authority_id for one in self.dispositions.values() if one.authority_id is not None)
        return frozenset(one.authority_id for one in self.authorities.expected_beside(self.run.season, come_ids))

    @cached_property
    def expected_accepted_count(self) -> int:
        """To how many of the expected authorities a letter is accepted."""
        return len(
            {one.authority_id for one in self.dispositions.values() if one.disposition is Fate.ACCEPTED}
            & self.expected_ids
        )

    @cached_property
    def missing_names(self) -> tuple[str, ...]:
        """The expected authorities of which no letter has come, not even one in quarantine, by name."""
        come = {one.authority_id for one in self.dispositions.values() if one.authority_id is not None}
        missing = (self.authorities.with_id(one) for one in self.expected_ids - come)
        return tuple(sorted(authority.name for authority in missing if authority is not None))

    @cached_property
    def changes(self) -> tuple[LetterChange, ...] | None:
        """What the run did to each letter of its season, or None where what was there before was not kept."""
        before = kept_before(self.run.record.path)
        if before is None:
            return None
        return letter_changes(before, landed_states(Landing(self.run.settings.landing_folder), self.run.season))

    @cached_property
    def current_release(self) -> str | None:
        """The release that was current when the run ended, where its record says so; else the one that is now."""
        current = Releases(self.run.settings.warehouse_folder).current()
        return self._released or (None if current is None else current.name)

    @property
    def has_new_release(self) -> bool:
        """Whether the release that was current when the run ended is one that the run made current."""
        if not self.has_released or self._released is None:
            return False
        made_current = [one["is_new"] for one in self._release_counts if "is_new" in one]
        return any(made_current) if made_current else self._released in self._built  # older records do not say

    @property
    def has_release_of_another(self) -> bool:
        """Whether the run built the release that was current when it ended, and another run made it current."""
        is_ours = self.has_new_release or self._is_again
        return self.has_released and not is_ours and self._released in self._built

    @cached_property
    def release_notes(self) -> ReleaseNotes | None:
        """What changed with the run's release; None where there is no new one, or it has been removed since."""
        if not self.has_new_release or self.current_release is None:
            return None
        return read_release_notes(self.release_folder(self.current_release))

    def release_folder(self, identity: str) -> Path:
        return Releases(self.run.settings.warehouse_folder).release_folder(identity)

    def told(self, step: str) -> str:
        """What a step told when it ended last, or nothing."""
        return next((one.told for one in self.steps if one.name == step), "")

    @property
    def sentence(self) -> str:
        """How the run ended, in one sentence without a full stop."""
        season = f"Season {self.run.season} ({self.run.season.label})"
        if self.failure is not None and not self.has_released:
            return f"{season} failed at {self.failure.name}: {self._reason}"
        if not self.has_released:
            if not self.steps:
                return f"{season} ended before its first step: only the log of its first task says why"
            open_steps = [one.name for one in self.steps if one.state == "began"]
            last = open_steps[-1] if open_steps else self.steps[-1].name
            return f"{season} did not end: nothing is known of what came after {last} began"
        told = f"{season}: {'; '.join([self._letters_told, self._release_told])}"
        if self.failure is not None:
            told += f"; {self.failure.name} failed: {self._reason}"
        return told

    @property
    def _reason(self) -> str:
        """The first sentence of why the run failed; all of it stands under "What failed"."""
        return _SENTENCE_END.split(failure_reason(self.run.record) or "", maxsplit=1)[0]

    @property
    def _letters_told(self) -> str:
        counts = self.disposition_counts
        told = f"{self.expected_accepted_count} of {len(self.expected_ids)} letters accepted"
        if counts[Fate.ACCEPTED] > self.expected_accepted_count:
            told += f" and {counts[Fate.ACCEPTED] - self.expected_accepted_count} besides"
        return f"{told}, {counts[Fate.QUARANTINED]} quarantined"

    @property
    def _release_told(self) -> str:
        if self._is_again:
            return self.told("release").partition(";")[0]
        if self.has_release_of_another:
            return f"release {self.current_release}, which another season's run has published, is current"
        if not self.has_new_release:
            told = self.told("release").partition(";")[0]
            return f"{told}; release {self.current_release} stays current" if told else "no release is known"
        told = f"release {self.current_release} is out"
        notes = self.release_notes
        if notes is None:
            return told
        if notes.is_first:
            return f"{told}, the first one"
        if notes.before is None:
            return f"{told}; what changed is not known"
        count = len(notes.figures)
        return f"{told}, {count or 'no'} {'figure' if count == 1 else 'figures'} changed"

    @property
    def _is_again(self) -> bool:
        """Whether the run put an earlier release back, because landing holds again what that was built of."""
        return any(one.get("is_again", False) for one in self._release_counts)

    def _has_done(self, step: str) -> bool:
        return any(one.name == step and one.state == "done" for one in self.steps)

    @cached_property
    def _released(self) -> str | None:
        """The release that was current when the step `release` ended."""
        return next((one.counts.get("release") for one in self.steps if one.name == "release"), None)

    @property
    def _release_counts(self) -> tuple[dict[str, Any], ...]:
        """What the step `release` counted, in each try that ended with the release that is current in the end."""
        done = (one for one in self.run.record.events() if one["step"] == "release" and one["state"] == "done")
        return tuple(one["counts"] for one in done if one["counts"].get("release") == self._released)

    @cached_property
    def _built(self) -> frozenset[str]:
        """The warehouses that the run built, in whichever try: one may have been killed before its release."""
        done = (one for one in self.run.record.events() if one["step"] == "build" and one["state"] == "done")
        return frozenset(one["counts"]["identity"] for one in done if "identity" in one["counts"])
