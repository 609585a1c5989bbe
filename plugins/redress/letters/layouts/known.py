"""The table of the layouts that are known: a new one is a module beside this one and a line here."""

from redress.letters.layouts.complaint_overview import ComplaintOverview
from redress.letters.layouts.layout import Layout
from redress.letters.layouts.local_authority_report import LocalAuthorityReport
from redress.letters.layouts.received_only import ReceivedOnly
from redress.letters.layouts.three_statistics import ThreeStatistics

LAYOUTS: tuple[Layout, ...] = (ComplaintOverview(), ThreeStatistics(), LocalAuthorityReport(), ReceivedOnly())
"""In the order in which a document is tried on them: what says more comes first."""
