"""How a season's run ended: the facts of its record that a report begins with, and their one sentence."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from redress.authorities import Authorities
from redress.report.release_notes import ReleaseNotes, read_release_notes
from redress.runs import StepSummary, failure_reason, last_failure, step_summaries
from redress.season_changes import LetterChange, kept_before, landed_states, letter_changes
from redress.steps import SeasonRun
from redress.warehouse.landing import Disposition, Landing
from redress.warehouse.releases import Releases

AFTER_RELEASE = frozenset({"serve", "data docs", "report"})
"""Steps after which the release is out, whatever becomes of them."""
ACCEPTED = "accepted"
QUARANTINED = "quarantined"


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
    def dispositions(self) -> dict[str, Disposition]:
        """What the gate decided on each letter of the season, by its sha256; nothing where none was landed."""
        landing = Landing(self.run.settings.landing_folder)
        return landing.dispositions(self.run.season) if self.run.season in landing.seasons() else {}

    @cached_property
    def disposition_counts(self) -> Counter[str]:
        """How many letters there are of each disposition."""
        return Counter(one.disposition for one in self.dispositions.values())

    @cached_property
    def authorities(self) -> Authorities:
        return Authorities.load(additional=self.run.settings.additional_authorities)

    @cached_property
    def expected_ids(self) -> frozenset[str]:
        """The authorities that the season must have a letter to: those of samples where nothing else has come."""
        known = (self.authorities.with_id(one.authority_id or "") for one in self.dispositions.values())
        is_sample = {authority.is_sample for authority in known if authority is not None} == {True}
        expected = self.authorities.expected_in(self.run.season)
        return frozenset(one.authority_id for one in expected if one.is_sample == is_sample)

    @cached_property
    def expected_accepted_count(self) -> int:
        """To how many of the expected authorities a letter is accepted."""
        return len(
            {one.authority_id for one in self.dispositions.values() if one.disposition == ACCEPTED}
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
        """Whether the release that was current when the run ended is one that it built."""
        return self.has_released and self._released in self._built

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
            return f"{season} failed at {self.failure.name}: {failure_reason(self.run.record)}"
        if not self.has_released:
            open_steps = [one.name for one in self.steps if one.state == "began"]
            last = open_steps[-1] if open_steps else self.steps[-1].name if self.steps else "its beginning"
            return f"{season} did not end: nothing is known of what came after {last} began"
        told = f"{season}: {'; '.join([self._letters_told, self._release_told])}"
        if self.failure is not None:
            told += f"; {self.failure.name} failed: {failure_reason(self.run.record)}"
        return told

    @property
    def _letters_told(self) -> str:
        counts = self.disposition_counts
        told = f"{self.expected_accepted_count} of {len(self.expected_ids)} letters accepted"
        if counts[ACCEPTED] > self.expected_accepted_count:
            told += f" and {counts[ACCEPTED] - self.expected_accepted_count} besides"
        return f"{told}, {counts[QUARANTINED]} quarantined"

    @property
    def _release_told(self) -> str:
        if not self.has_new_release:
            told = self.told("release").partition(";")[0]
            return f"{told}; release {self.current_release} stays current" if told else "no release is known"
        told = f"release {self.current_release} is out"
        notes = self.release_notes
        if notes is None:
            return told
        if notes.before is None:
            return f"{told}, the first one"
        count = len(notes.figures)
        return f"{told}, {count or 'no'} {'figure' if count == 1 else 'figures'} changed"

    def _has_done(self, step: str) -> bool:
        return any(one.name == step and one.state == "done" for one in self.steps)

    @cached_property
    def _released(self) -> str | None:
        """The release that was current when the step `release` ended."""
        return next((one.counts.get("release") for one in self.steps if one.name == "release"), None)

    @cached_property
    def _built(self) -> frozenset[str]:
        """The warehouses that the run built, in whichever try: one may have been killed before its release."""
        done = (one for one in self.run.record.events() if one["step"] == "build" and one["state"] == "done")
        return frozenset(one["counts"]["identity"] for one in done if "identity" in one["counts"])
