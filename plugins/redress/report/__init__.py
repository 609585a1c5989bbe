"""The report of a season's run: what became of each letter, for the terminal, as Markdown and as a page of HTML.

<runs>/<season>/<run>.md      the report, written as Markdown
<runs>/<season>/<run>.html    the same as one page
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
