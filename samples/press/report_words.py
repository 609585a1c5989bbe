"""Reports of 2014 to 2018: three wordings of their tables, and functions that give counts their names."""

from dataclasses import replace

from samples.press.content import LocalAuthorityReport
from samples.press.setting import TableWords

_SERVICE_NAMES = (
    "adult_social_care",
    "benefits_and_tax",
    "corporate_and_other",
    "education_and_childrens",
    "environment",
    "highways_and_transport",
    "housing",
    "planning_and_development",
    "other",
)
_OUTCOME_NAMES = (
    "incomplete_or_invalid",
    "advice_given",
    "referred_back",
    "closed_after_initial_enquiries",
    "not_upheld",
    "upheld",
)


def services_of(*counts: int) -> dict[str, int]:
    """Return counts of complaints by service. `counts` has one count for each of _SERVICE_NAMES."""
    return dict(zip(_SERVICE_NAMES, counts, strict=True))


def outcomes_of(*counts: int) -> dict[str, int]:
    """Return counts of decisions by outcome. `counts` has one count for each of _OUTCOME_NAMES."""
    return dict(zip(_OUTCOME_NAMES, counts, strict=True))


EARLY_WORDS = TableWords(
    received="Complaints and enquiries received by service",
    decided="Decisions made by the Ombudsman",
    remedied="Complaints remedied",
    services=dict(
        zip(
            _SERVICE_NAMES,
            (
                "Adult care services",
                "Benefits and tax",
                "Corporate and other services",
                "Education and children's services",
                "Environment services",
                "Highways and transport",
                "Housing",
                "Planning and development",
                "Other",
            ),
            strict=True,
        )
    ),
    outcomes=dict(
        zip(
            _OUTCOME_NAMES,
            (
                "Invalid or incomplete",
                "Advice given",
                "Referred back for local resolution",
                "Closed after initial enquiries",
                "Detailed investigations: not upheld",
                "Detailed investigations: upheld",
            ),
            strict=True,
        )
    ),
    remedies={
        "by_ombudsman": "By the Ombudsman",
        "by_authority": "Satisfactorily by the authority before the Ombudsman was involved",
    },
    rate="Uphold rate",
    total="Total",
    group="",
)
OTHER_WORDS = TableWords(
    received="What reached us about your services",
    decided="What we decided",
    remedied="What was put right",
    services=dict(
        zip(
            _SERVICE_NAMES,
            (
                "Adult social care services",
                "Benefits & tax",
                "Corporate & other services",
                "Education & children's services",
                "Environmental services, public protection and the regulation of trades and premises",
                "Highways & transport",
                "Housing",
                "Planning & development",
                "Other services",
            ),
            strict=True,
        )
    ),
    outcomes=dict(
        zip(
            _OUTCOME_NAMES,
            (
                "Incomplete/invalid",
                "Advice given",
                "Referred back for local resolution",
                "Closed after our initial enquiries",
                "Complaints not upheld",
                "Complaints upheld",
            ),
            strict=True,
        )
    ),
    remedies={
        "by_ombudsman": "Remedied by the Ombudsman",
        "by_authority": "Remedied satisfactorily by the authority",
    },
    rate="Percentage upheld of those investigated in detail",
    total="Total",
    group="",
)
WIDE_WORDS = replace(
    EARLY_WORDS,
    received="Enquiries and complaints received",
    decided="Decisions",
    outcomes={**EARLY_WORDS.outcomes, "not_upheld": "Not upheld", "upheld": "Upheld"},
    rate="Uphold rate (%)",
    group="Detailed investigations",
)
REPORT_OF_2016 = LocalAuthorityReport(
    services_of(0, 4, 1, 2, 3, 1, 5, 6, 0),
    outcomes_of(1, 2, 7, 5, 2, 3),
    {"by_ombudsman": 2, "by_authority": 1},
)
