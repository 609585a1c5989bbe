"""What every release says about its tables: the published schemas, the sources and licences of the data, and the
types of fields.
"""

PUBLISHED_SCHEMAS = {
    "marts": "What the letters state, joined and explained. Start with `council_performance`.",
    "audit": "What was checked, and what was found.",
}
"""The schemas of a built warehouse that readers get, each with a sentence for the data dictionary."""
SOURCES = [
    {
        "title": "Annual review letters of the Local Government and Social Care Ombudsman",
        "path": "https://www.lgo.org.uk/your-councils-performance",
    },
    {
        "title": "UK local authority names and codes, mySociety (CC BY 4.0)",
        "path": "https://github.com/mysociety/uk_local_authority_names_and_codes",
    },
    {
        "title": "Code History Database, Office for National Statistics (Open Government Licence v3.0)",
        "path": "https://www.ons.gov.uk/methodology/geography",
    },
]
LICENCES = [
    {
        "name": "LGSCO-reuse",
        "title": "Figures of the Ombudsman: free re-use with the source acknowledged, accurately reproduced",
        "path": "https://www.lgo.org.uk/copyright",
    },
    {
        "name": "OGL-UK-3.0",
        "title": "Open Government Licence v3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    },
]
_FIELD_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "VARCHAR": "string",
    "TIMESTAMP": "datetime",
}
"""The field types of a Table Schema (Data Package 2.0), by DuckDB's type. The function field_type adds decimals,
integers and arrays; any other type is "any"."""


def field_type(data_type: str) -> str:
    """Return the field type of a Table Schema (Data Package 2.0) for a column's type in DuckDB; "any" for an
    unknown type.
    """
    if data_type.startswith("DECIMAL"):
        return "number"
    if data_type.endswith("[]"):
        return "array"
    if "INT" in data_type:
        return "integer"
    return _FIELD_TYPES.get(data_type, "any")
