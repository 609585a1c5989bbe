"""A build that was interrupted is left to the task's next try, and an error that a person has to mend is not."""

import pytest

pytestmark = pytest.mark.needs("airflow")


def test_a_build_that_was_interrupted_is_tried_again_and_a_failed_one_is_not() -> None:
    from airflow.sdk.exceptions import AirflowFailException  # Airflow takes seconds to import

    from redress.orchestration.context import failing_at_once
    from redress.warehouse.build import BuildError, BuildInterruptedError

    with pytest.raises(BuildInterruptedError), failing_at_once():
        raise BuildInterruptedError("dbt was ended by the signal SIGTERM")
    with pytest.raises(AirflowFailException, match="a test of the data failed"), failing_at_once():
        raise BuildError("a test of the data failed")
