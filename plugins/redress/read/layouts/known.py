"""The table of the layouts that are known: a new one is a module beside this one and a line here."""

from redress.read.layouts.complaint_overview import ComplaintOverview
from redress.read.layouts.layout import Layout
from redress.read.layouts.local_authority_report import LocalAuthorityReport
from redress.read.layouts.received_only import ReceivedOnly
from redress.read.layouts.three_statistics import ThreeStatistics

LAYOUTS: tuple[Layout, ...] = (ComplaintOverview(), ThreeStatistics(), LocalAuthorityReport(), ReceivedOnly())
"""In the order in which a document is tried on them: what says more comes first."""
