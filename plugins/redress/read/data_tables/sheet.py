"""A sheet of a data table's file: its rows of cells, and its hidden rows and columns."""

from dataclasses import dataclass
from itertools import groupby

from redress.read.data_tables.cells import Cell

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet. The first row is row 1, and empty rows count. `name` is None for a CSV file.

    The cells of hidden rows and columns are empty here. `hidden_rows` and `hidden_columns` name the hidden rows and
    columns that hold something in the file. If a CSV file can be read only up to a row, `fault` names the next row
    and says why that row cannot be read. `ends_open` says that no line break ends the last row of a CSV file.
    """

    name: str | None
    rows: tuple[Row, ...]
    is_hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    fault: str | None = None
    ends_open: bool = False

    @property
    def widest(self) -> int:
        """The number of cells in the longest row."""
        return max(map(len, self.rows), default=0)

    @property
    def hidden(self) -> tuple[tuple[int | None, str], ...]:
        """Sentences about the rows and columns that are hidden and not empty in the file. There is one for each
        group of consecutive rows, with the number of the first row, and one for each column, with None as the row
        number.
        """
        runs = [
            [number for _, number in run]
            for _, run in groupby(enumerate(self.hidden_rows), key=lambda place: place[1] - place[0])
        ]
        rows = [
            (run[0], f"row {run[0]} is hidden" if len(run) == 1 else f"rows {run[0]} to {run[-1]} are hidden")
            for run in runs
        ]
        columns = [(None, f"column {letter} is hidden") for letter in self.hidden_columns]
        return (*rows, *columns)
