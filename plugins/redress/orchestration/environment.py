"""The environment of Airflow's processes: the dags and the plugin of Redress, the settings of this home, and no
usage data for Airflow's makers.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

from redress.settings import PROJECT_FOLDER, Settings

CONNECTION_PREFIX = "AIRFLOW_CONN_"
OF_ANOTHER_AIRFLOW = (
    "AIRFLOW__SECRETS__",
    "AIRFLOW__WORKERS__SECRETS_BACKEND",
    "AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS",
)
"""How the names of some environment variables begin. These variables name modules that another Airflow has; our
Airflow lacks the modules, and would not start."""


def airflow_environment(settings: Settings, airflow_home: Path, database: str) -> Mapping[str, str]:
    """Return all environment variables for a process of Airflow, with the settings of Redress.

    `database` is the address of Airflow's metadata database, as SQLAlchemy takes it. Paths are absolute, because
    Airflow's processes start in another folder. Variables of OF_ANOTHER_AIRFLOW are left out. Raises ValueError if
    the path of Airflow's home or of the project has a dollar sign before the name of an environment variable:
    Airflow would put the variable's value there.
    """
    for folder in (airflow_home, PROJECT_FOLDER):
        if os.path.expandvars(folder) != str(folder):
            raise ValueError(
                f"Airflow cannot work in {folder}: it takes the name after a dollar sign for a variable's, and "
                "would put the variable's value there; rename the folder"
            )
    airflow: dict[str, str | Path] = {
        "AIRFLOW_HOME": airflow_home,
        "AIRFLOW__CORE__DAGS_FOLDER": PROJECT_FOLDER / "dags",
        "AIRFLOW__CORE__PLUGINS_FOLDER": PROJECT_FOLDER / "plugins",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": airflow_home / "logs",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",  # Airflow's own files, too, are UTF-8 in any locale
    }
    places: dict[str, object] = ({} if settings.state is None else {"REDRESS_STATE": settings.state_address}) | {
        "REDRESS_HOME": settings.home.absolute(),
        "REDRESS_ARCHIVE": settings.archive_address,
        "REDRESS_LANDING": settings.landing_folder,
        "REDRESS_WAREHOUSE": settings.warehouse_store_address or settings.warehouse_folder,
    }
    return (
        _connections()
        | {name: value for name, value in os.environ.items() if not name.startswith(OF_ANOTHER_AIRFLOW)}
        | _stated(settings)
        | {name: str(value) for name, value in (airflow | places).items()}
    )


def _connections() -> dict[str, str]:
    """Return the variables of the file .env that state connections of Airflow, with the values as they are written
    there. If the environment has a variable of the same name, `airflow_environment` uses the environment's value.
    """
    file = Settings.model_config["env_file"]
    written = dotenv_values(str(file), interpolate=False)
    return {name: value for name, value in written.items() if name.startswith(CONNECTION_PREFIX) and value}


def _stated(settings: Settings) -> dict[str, str]:
    """Return, as environment variables, the settings that the environment or the file .env states. Settings that
    are left at their defaults are not among them.
    """
    values = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"REDRESS_{name.upper()}": _as_text(name, value) for name, value in values.items() if value is not None}


def _as_text(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, frozenset | tuple | dict):
        return json.dumps(sorted(value) if isinstance(value, frozenset) else value)
    kind, separator, place = str(value).partition(":")
    if name == "source" and separator and kind in ("folder", "manifest") and "://" not in place:
        return f"{kind}:{Path(place).absolute()}"
    return str(value)
