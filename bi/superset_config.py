"""Superset's settings, with which Superset shows the release, changes nothing, and asks no other computer.

Superset loads this file by itself. `bi/up.py` and docker-compose.yml set the environment variables of NAMES.
"""

import os
from pathlib import Path
from typing import Any

NAMES = ("BI_FOLDER", "BI_SECRET_KEY", "BI_DATABASE")
"""The environment variables with the folder of Superset's metadata, the key that signs sessions, and the address of
the database that is shown. The address is that of a PostgreSQL database, or `duckdb:///<path>` with the path of a
release's DuckDB file, which may go through `current`."""
FOLDER, SECRET_KEY, REDRESS_DATABASE = (os.environ[name] for name in NAMES)
READ_ONLY: dict[str, dict[str, Any]] = {
    "duckdb": {
        "read_only": True,
        "config": {
            "enable_external_access": "false",
            # Else a sort that is larger than memory goes to a folder beside the release's file.
            "temp_directory": f"{FOLDER}/temp",
            "max_temp_directory_size": "2GB",
            "lock_configuration": "true",
        },
    },
    "postgresql": {"options": "-c default_transaction_read_only=on"},
}
"""The arguments of a connection, by the kind of database. They stand here so that no change in Superset's pages
makes a release writable, or opens another file by way of a query."""

SQLALCHEMY_DATABASE_URI = f"sqlite:///{FOLDER}/superset.db"  # METADATA of prepare.py
# Cookies know no ports: by another name, Airflow's pages on this machine keep their own login.
SESSION_COOKIE_NAME = "redress_bi"
SESSION_COOKIE_SAMESITE = "Strict"
LOGO_TARGET_PATH = "/dashboard/list/"

# A query sees the release that is current when it begins: chart data is kept nowhere, see also `cache_timeout` of
# bi/dashboard/databases, and Superset opens the database for each query (SQLAlchemy's NullPool).
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Superset's pages ask for nothing elsewhere: no pixel that counts installations, no map tiles, no fonts.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
FEATURE_FLAGS = {"ALERT_REPORTS": False, "THUMBNAILS": False}


def DB_CONNECTION_MUTATOR(  # noqa: N802 - Superset's name
    url: Any, parameters: dict[str, Any], _user: str | None, _security_manager: object, _source: object
) -> tuple[Any, dict[str, Any]]:
    """Return the address and the arguments with which Superset connects to a database: always to the database that
    is shown (REDRESS_DATABASE), and read-only. The address that the dashboard's export names is not used.

    So no password and no folder of a machine is part of the export or the metadata. A link such as `current` is
    followed at each query. Otherwise DuckDB could answer from an older release that another query has open under
    the same path.
    """
    from sqlalchemy.engine import make_url

    shown = make_url(REDRESS_DATABASE)
    backend = shown.get_backend_name()
    if backend == "duckdb":
        shown = shown.set(database=str(Path(str(shown.database)).resolve()))
    return shown, {**parameters, "connect_args": READ_ONLY[backend]}
