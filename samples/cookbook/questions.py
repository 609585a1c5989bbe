"""The cookbook's questions. Each question is a heading with a number, one query, and the query's output."""

import re
from dataclasses import dataclass
from decimal import Decimal

import duckdb

_HEADING = re.compile(r"^## (?P<number>\d+)\. (?P<title>.+)$", re.MULTILINE)
_QUERY = re.compile(r"^```sql\n(?P<sql>.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


class CookbookError(Exception):
    """The cookbook is not written as it should be; the message says which question, and what it lacks."""


@dataclass(frozen=True)
class Question:
    """One question of the cookbook. In the text, its output stands from `output_start` to `output_end`."""

    number: int
    title: str
    prose: str
    sql: str
    output_start: int
    output_end: int


def read_questions(text: str) -> tuple[Question, ...]:
    """Return the questions of a cookbook, in the order of the cookbook.

    Raise CookbookError if a question has no query or several queries, or no output below its query.
    """
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return tuple(_question(text, heading, end) for heading, end in zip(headings, ends, strict=True))


def _question(text: str, heading: re.Match[str], end: int) -> Question:
    asked = f'question {heading["number"]}, "{heading["title"]}"'
    queries = list(_QUERY.finditer(text, heading.end(), end))
    if len(queries) != 1:
        raise CookbookError(f"{asked}, has {len(queries)} queries; expected one block that starts with ```sql")
    (query,) = queries
    output = _OUTPUT.search(text, query.end(), end)
    if output is None:
        raise CookbookError(
            f"{asked}, shows no output; put a line that starts with | below the query, "
            "and let python -m samples.cookbook write it"
        )
    return Question(
        number=int(heading["number"]),
        title=heading["title"],
        prose=text[heading.end() : query.start()] + text[query.end() : output.start()] + text[output.end() : end],
        sql=query["sql"],
        output_start=output.start(),
        output_end=output.end(),
    )


def with_outputs(text: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Return a cookbook's text with the output that each query gives now. Raise CookbookError if a query fails or
    gives no row, or if the cookbook is not written as it should be.
    """
    for question in reversed(read_questions(text)):
        text = text[: question.output_start] + _output(question, connection) + text[question.output_end :]
    return text


def _output(question: Question, connection: duckdb.DuckDBPyConnection) -> str:
    try:
        answer = connection.execute(question.sql)
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
    except duckdb.Error as error:
        raise CookbookError(f'question {question.number}, "{question.title}", fails: {error}') from error
    if not rows:
        raise CookbookError(f'question {question.number}, "{question.title}", gives no row on the samples')
    rulers = ["---:" if all(_is_number(row[place]) for row in rows) else "---" for place in range(len(names))]
    lines = [names, rulers]
    lines += [[_cell(value) for value in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))


def _cell(value: object) -> str:
    """Return a value as the cookbook shows it: a number without trailing zeros, and None as `null`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | float):
        number = Decimal(str(value))
        return f"{number.to_integral_value() if number == number.to_integral_value() else number.normalize():f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
