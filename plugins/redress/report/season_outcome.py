"""How a run of a season ended: the facts with which the run's report begins, and the facts in one sentence."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from redress.model.authorities import Authorities
from redress.model.landed import Disposition, Fate
from redress.model.reference import load_authorities
from redress.report.letter_lines import RefusedSeason, refused_season
from redress.steps import Run
from redress.steps.letter_changes import LetterChange, kept_before, landed_states, letter_changes
from redress.steps.publishing import Publication, ReleaseFacts
from redress.steps.record import StepSummary, failure_reason, last_failure, step_summaries
from redress.warehouse.landing import Landing
from redress.warehouse.releases.changes import ReleaseChanges, read_changes
from redress.warehouse.releases.releases import Releases
from redress.warehouse.releases.shared import releases_of

AFTER_RELEASE = frozenset({"serve", "data docs", "site", "report"})
"""The steps after the release. If one of these steps fails, the release stays published."""
_SENTENCE_END = re.compile(r"(?<=[^\W_]{2}|.[)\]\"'])[.!?]\s+(?=[A-Z])")
"""The end of a sentence in a message. The full stop of an initial ("A. Lister") does not count."""


@dataclass(frozen=True)
class SeasonOutcome:
    """How a run of a season ended, from the run's record and from the season in landing."""

    run: Run

    @cached_property
    def steps(self) -> tuple[StepSummary, ...]:
        """Each step of the run once, but not the step that writes the report."""
        return tuple(step for step in step_summaries(self.run.record) if step.name != "report")

    @cached_property
    def failure(self) -> StepSummary | None:
        """The step that failed last and was not begun again since, or None if no failed step is left."""
        return last_failure(self.run.record)

    @property
    def has_released(self) -> bool:
        """Whether the run's step `release` is done, and no step up to `release` has failed."""
        is_broken = self.failure is not None and self.failure.name not in AFTER_RELEASE
        return not is_broken and self._has_done("release")

    @property
    def has_landed(self) -> bool:
        """Whether the run has put its season into landing."""
        return self._has_done("check")

    @cached_property
    def refused(self) -> RefusedSeason | None:
        """What `check` refused to land, or None if the run did not end with a refusal by `check`."""
        is_stopped = self.failure is not None and self.failure.name == "check" and not self.has_landed
        return refused_season(self.run) if is_stopped else None

    @cached_property
    def dispositions(self) -> dict[str, Disposition]:
        """The disposition of each landed letter of the season, by the letter's sha256. Empty if the season is not
        landed.
        """
        landing = Landing(self.run.settings.landing_folder)
        return landing.dispositions(self.run.season) if self.run.season in landing.seasons() else {}

    @cached_property
    def disposition_counts(self) -> Counter[Fate]:
        """How many landed letters of the season have each disposition."""
        return Counter(disposed.disposition for disposed in self.dispositions.values())

    @cached_property
    def authorities(self) -> Authorities:
        return load_authorities(additional=self.run.settings.additional_authorities)

    @cached_property
    def expected_ids(self) -> frozenset[str]:
        """The ids of the councils that must have a letter. If letters have come, but only to invented councils,
        these are the invented councils. Otherwise these are the real councils.
        """
        come_ids = (
            disposed.authority_id for disposed in self.dispositions.values() if disposed.authority_id is not None
        )
        return frozenset(
            authority.authority_id for authority in self.authorities.expected_beside(self.run.season, come_ids)
        )

    @cached_property
    def expected_accepted_count(self) -> int:
        """How many of the expected authorities have an accepted letter."""
        return len(
            {
                disposed.authority_id
                for disposed in self.dispositions.values()
                if disposed.disposition is Fate.ACCEPTED
            }
            & self.expected_ids
        )

    @cached_property
    def missing_names(self) -> tuple[str, ...]:
        """The names of the authorities that must have a letter and have none. A letter in quarantine counts as a
        letter.
        """
        come = {
            disposed.authority_id for disposed in self.dispositions.values() if disposed.authority_id is not None
        }
        missing = (self.authorities.with_id(authority_id) for authority_id in self.expected_ids - come)
        return tuple(sorted(authority.name for authority in missing if authority is not None))

    @cached_property
    def changes(self) -> tuple[LetterChange, ...] | None:
        """What the run did to each letter of its season. None if it is not known what landing had of the season
        before the run.
        """
        before = kept_before(self.run)
        if before is None:
            return None
        return letter_changes(before, landed_states(Landing(self.run.settings.landing_folder), self.run.season))

    @cached_property
    def _releases(self) -> Releases:
        return releases_of(self.run.settings, is_loss_left=True)

    @cached_property
    def current_release(self) -> str | None:
        """The release that was current when the run ended. If the record does not name that release, this is the
        release that is current now, or None if there is no release.
        """
        current = self._releases.current()
        return self._released or (None if current is None else current.name)

    @property
    def has_new_release(self) -> bool:
        """Whether the run itself made `current_release` current."""
        if not self.has_released or self._released is None:
            return False
        made_current = [attempt.is_new for attempt in self._tries if attempt.is_new is not None]
        return any(made_current) if made_current else self._released in self._built  # an older record

    @property
    def has_release_of_another(self) -> bool:
        """Whether this run built the content of the current release, but another run published it."""
        is_ours = self.has_new_release or self._is_again
        return self.has_released and not is_ours and self._released in self._built

    @cached_property
    def release_changes(self) -> ReleaseChanges | None:
        """What the run's new release changed. None if the run made no release current, or if the changes are not
        kept.
        """
        folder = self.new_release_folder
        return None if folder is None else read_changes(folder)

    @property
    def new_release_folder(self) -> Path | None:
        """The folder of the release that the run made current, or None if the run made none current."""
        if not self.has_new_release or self.current_release is None:
            return None
        self._releases.bring(self.current_release)
        return self._releases.release_folder(self.current_release)

    @property
    def release_message(self) -> str:
        """The message of the last try of the step `release`; empty if there was no try, or if the last try has not
        ended.
        """
        return "" if self._release is None else self._release.message

    @property
    def sentence(self) -> str:
        """How the run ended, in one sentence without a full stop."""
        season = f"Season {self.run.season} ({self.run.season.label})"
        if self.failure is not None and not self.has_released:
            return f"{season} failed at {self.failure.name}: {self._reason}"
        if not self.has_released:
            if not self.steps:
                return f"{season} ended before its first step: only the log of its first task says why"
            open_steps = [step.name for step in self.steps if step.state == "began"]
            last = open_steps[-1] if open_steps else self.steps[-1].name
            return f"{season} did not end: nothing is known of what came after {last} began"
        clauses = [self._letters_clause, self._release_clause]
        if self.failure is not None:
            clauses.append(f"{self.failure.name} failed: {self._reason}")
        return f"{season}: {'; '.join(clauses)}"

    @property
    def _reason(self) -> str:
        """The first sentence of the failed step's message. The report has the whole message under "What failed"."""
        return _SENTENCE_END.split(failure_reason(self.run.record) or "", maxsplit=1)[0]

    @property
    def _letters_clause(self) -> str:
        counts = self.disposition_counts
        accepted = f"{self.expected_accepted_count} of {len(self.expected_ids)} letters accepted"
        if counts[Fate.ACCEPTED] > self.expected_accepted_count:
            accepted += f" and {counts[Fate.ACCEPTED] - self.expected_accepted_count} more"
        return f"{accepted}, {counts[Fate.QUARANTINED]} quarantined"

    @property
    def _release_clause(self) -> str:
        if self._is_again:
            return Publication.CURRENT_AGAIN.sentence(self._released)
        if self.current_release is None:
            return "no release is known"
        if self.has_release_of_another:
            return f"release {self.current_release}, which another season's run has published, is current"
        if not self.has_new_release:
            last = None if self._release is None else ReleaseFacts.of(self._release.facts)
            how = "" if last is None or last.publication is None else f"{last.publication.sentence(last.built)}; "
            return f"{how}release {self.current_release} stays current"
        is_out = f"release {self.current_release} is out"
        changes = self.release_changes
        if changes is None:
            has_folder = self.new_release_folder is not None and self.new_release_folder.is_dir()
            return f"{is_out}; what changed is not kept as data" if has_folder else is_out
        if changes.before is None:
            return f"{is_out}, the first one"
        if changes.data is None:
            return f"{is_out}; what changed is not known"
        count = len(changes.data.figures)
        return f"{is_out}, {count or 'no'} {'figure' if count == 1 else 'figures'} changed"

    @property
    def _is_again(self) -> bool:
        """Whether the run made an earlier release current again, because landing has the same content again as when
        that release was built.
        """
        return any(attempt.publication is Publication.CURRENT_AGAIN for attempt in self._tries)

    def _has_done(self, step: str) -> bool:
        return any(known.name == step and known.state == "done" for known in self.steps)

    @cached_property
    def _release(self) -> StepSummary | None:
        """The step `release`, as its last try left it, or None if the run has not begun the step."""
        return next((step for step in self.steps if step.name == "release"), None)

    @cached_property
    def _released(self) -> str | None:
        """The name of the release that was current when the step `release` was done; None if the record does not
        say which.
        """
        return None if self._release is None else ReleaseFacts.of(self._release.facts).release

    @property
    def _tries(self) -> tuple[ReleaseFacts, ...]:
        """What the record says about the finished tries of the step `release`. If another release was current after
        a try than after the last try, the try is left out.
        """
        done = (
            event for event in self.run.record.events() if event["step"] == "release" and event["state"] == "done"
        )
        facts = (ReleaseFacts.of(event["counts"]) for event in done)
        return tuple(ended for ended in facts if ended.release == self._released)

    @cached_property
    def _built(self) -> frozenset[str]:
        """The identities of the warehouses that the run built. Every try counts, because a try may have been killed
        after its build and before its release.
        """
        done = (
            event for event in self.run.record.events() if event["step"] == "build" and event["state"] == "done"
        )
        return frozenset(event["counts"]["identity"] for event in done if "identity" in event["counts"])
