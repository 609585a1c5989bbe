"""The mapping of a data table: a small YAML file beside the table that says what the table's columns mean."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from yaml.constructor import ConstructorError

from redress.model.measures import TABLE_MEASURES, UNIT_OF, Unit
from redress.model.witness import UnreadableTableError, WitnessError
from redress.read.data_tables.cells import normalised_heading

TO_BE_SAID = "SAY WHICH"
"""The words in place of a measure in a draft of a mapping; no measure has this name."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FigureColumn(BaseModel):
    """What a column states: a measure and, if the measure is counted by category, the category.

    `unit` is the unit of a rate without a % sign: per cent (53) or fraction (0.53). If the column counts something
    else than the letters do, `differs_because` says why, and differences from the letters count as differences of
    definition.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: _Text
    category: _Text | None = None
    unit: Literal["per_cent", "fraction"] | None = None
    differs_because: _Text | None = None

    @property
    def is_rate(self) -> bool:
        return UNIT_OF[self.measure] is Unit.PER_CENT

    @model_validator(mode="after")
    def _is_known(self) -> "FigureColumn":
        if self.measure not in UNIT_OF:
            raise ValueError(f'"{self.measure}" is no measure; the measures are {", ".join(UNIT_OF)}')
        categories = TABLE_MEASURES.get(self.measure)
        if categories is not None and self.category not in categories:
            raise ValueError(f"{self.measure} needs a category, one of {', '.join(categories)}")
        if categories is None and self.category is not None:
            raise ValueError(f"{self.measure} has no categories; leave out {self.category!r}")
        if self.unit is not None and not self.is_rate:
            raise ValueError(f"{self.measure} is no rate, so it has no unit to be said")
        return self


class Mapping(BaseModel):
    """The meaning of a data table's columns by their headings, and the headings of the columns to leave out.

    `authority` is the heading of the column with the authorities' names. If several sheets of an XLSX file have the
    headings, `sheet` names the sheet that is meant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: _Text
    figures: dict[_Text, FigureColumn] = Field(min_length=1)
    ignored: tuple[_Text, ...] = ()
    sheet: _Text | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that the table must have."""
        return (self.authority, *self.figures)

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> "Mapping":
        seen: dict[str, str] = {}
        for heading in (*self.headings, *self.ignored):
            earlier = seen.setdefault(normalised_heading(heading), heading)
            if earlier is not heading:
                raise ValueError(f'the column "{heading}" is named twice')
        meant: dict[tuple[str, str | None], str] = {}
        for heading, column in self.figures.items():
            earlier = meant.setdefault((column.measure, column.category), heading)
            if earlier is not heading:
                what = " ".join(part for part in (column.measure, column.category) if part)
                raise ValueError(f'the columns "{earlier}" and "{heading}" are both said to be {what}')
        return self


class _SafeLoader(yaml.SafeLoader):
    """PyYAML's safe loader, but an error about an invalid number or date also gives the line and the column."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError, MemoryError):
            raise
        except Exception as error:  # each kind of value raises errors of its own, such as KeyError
            kind = node.tag.rpartition(":")[2]
            raise ConstructorError(None, None, f"no {kind}: {error}", node.start_mark) from error


def read_mapping(content: bytes, address: str) -> Mapping:
    """Return the mapping in a YAML file.

    Raise WitnessError, with the fault, if the file is YAML but not a valid mapping. Raise UnreadableTableError if
    the file is not YAML, or is nested too deeply.
    """
    try:
        found = _SafeLoader(content.decode("utf-8-sig")).get_single_data()
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableTableError(f"{address} is no YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise UnreadableTableError(
            f"{address} has brackets or lines that are nested too deep to be read; a mapping has three levels"
        ) from error
    try:
        return Mapping.model_validate(found)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        )
        raise WitnessError(f"{address} says not what columns mean: {wrong}") from error


def start_of_mapping(headings: Sequence[str]) -> str:
    """Return a draft of the mapping of a table with these headings, as one line of YAML. A person has to finish the
    draft.
    """
    authority = next(
        (heading for heading in headings if {"authority", "council"} & set(heading.casefold().split())), headings[0]
    )
    start = {
        "authority": authority,
        "figures": {heading: {"measure": TO_BE_SAID} for heading in headings if heading != authority},
    }
    text: str = yaml.safe_dump(start, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1_000_000)
    return text.strip()
