"""What people read: the reports of runs, a council's figures, the data dictionary, dbt's pages and the site.

<runs>/<season>/<run>.md      the report, written as Markdown
<runs>/<season>/<run>.html    the report as one page of HTML
<runs>/index.html             every run that has a report, the newest first
"""

from redress.report.at_source import acquired_lines, warning_lines
from redress.report.letter_lines import LetterLine, letter_lines, letters_table
from redress.report.written import write_index, write_report

__all__ = [
    "LetterLine",
    "acquired_lines",
    "letter_lines",
    "letters_table",
    "warning_lines",
    "write_index",
    "write_report",
]
