"""Data Docs: render Great Expectations' own pages about a season, from the result that the gate kept."""

import json
from pathlib import Path

import great_expectations as gx
from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)

from expectations.gate import quiet_context
from redress.files.replacing import replaced_folder


def write_data_docs(validation: str, folder: Path) -> Path:
    """Render the pages about a validation into a folder. All earlier content of the folder is replaced. Return the
    first page.

    `validation` is the JSON of `Gated.validation`; nothing is validated again. The pages load their styles from the
    web, and can be read without them.
    """
    with replaced_folder(folder) as incoming:
        _render(validation, incoming)
    return folder / "index.html"


def _render(validation: str, folder: Path) -> None:
    context = quiet_context()
    for name in context.variables.data_docs_sites:
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        "season",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                # Great Expectations puts a variable's value for $NAME
                "base_directory": str(folder).replace("$", r"\$"),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
        },
    )
    kept = json.loads(validation)
    context.suites.add(gx.ExpectationSuite(**kept["suite"]))
    result = expectationSuiteValidationResultSchema.load(kept["result"])
    suite = ExpectationSuiteIdentifier(result.suite_name)
    context.validation_results_store.store_validation_results(
        suite_validation_result=result,
        suite_validation_result_identifier=ValidationResultIdentifier(suite, result.meta["run_id"], "letters"),
        expectation_suite_identifier=suite,
    )
    context.build_data_docs()
