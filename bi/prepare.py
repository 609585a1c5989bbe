"""Prepare Superset, before its server starts: its metadata, its one user, and the dashboard.

This module runs in Superset's environment. The variable BI_PASSWORD has the password; superset_config.py says which
variables have the rest. What was prepared once is left as it is, so that a person's changes to the dashboard's own
charts stay until the dashboard of this folder changes.
"""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
DASHBOARD = FOLDER / "dashboard"
METADATA = "superset.db"
USER = "redress"
ROLES = ("Alpha", "sql_lab")
"""The user's roles in Superset. With them the user may look, ask, and make and export charts, but may not change
databases, logins or rights."""


def export_files(backend: str) -> dict[str, str]:
    """Return the files of the dashboard's export by their paths, for a database of the kind `backend` (`duckdb` or
    `postgresql`).

    The files are for Superset's import of assets, because only this import also replaces what is there.
    """
    files = {
        path.relative_to(DASHBOARD).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(DASHBOARD.rglob("*.yaml"))
    }
    files["metadata.yaml"] = _changed(files["metadata.yaml"], type="assets")
    if backend == "postgresql":
        [database] = (name for name in files if name.startswith("databases/"))
        extra = {**yaml.safe_load(files[database])["extra"], "engine_params": {}}
        files[database] = _changed(files[database], sqlalchemy_uri="postgresql+psycopg2:///redress", extra=extra)
    return files


def _changed(text: str, **changes: Any) -> str:
    return str(yaml.safe_dump({**yaml.safe_load(text), **changes}))


def main() -> None:
    folder, database = Path(os.environ["BI_FOLDER"]), os.environ["BI_DATABASE"]
    password = os.environ["BI_PASSWORD"]
    record = folder / "prepared.sha256"
    wanted = _digest(version("apache-superset"), password, os.environ["BI_SECRET_KEY"], database.partition(":")[0])
    is_there = record.exists() and (folder / METADATA).exists()
    if not is_there or record.read_text(encoding="utf-8") != wanted:
        _prepare(password)
        record.write_text(wanted, encoding="utf-8")


def _digest(*words: str) -> str:
    """Return a hash of what the preparation depends on: `words`, this module, the settings and the dashboard."""
    files = [FOLDER / "superset_config.py", Path(__file__), *sorted(DASHBOARD.rglob("*.yaml"))]
    parts = [*(file.read_bytes() for file in files), *(word.encode() for word in words)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _prepare(password: str) -> None:
    from superset.app import create_app

    with create_app().app_context():
        import flask_migrate
        from flask import current_app
        from sqlalchemy.engine import make_url
        from superset import appbuilder, db, security_manager

        flask_migrate.upgrade()
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        # Not earlier: these two modules cannot be imported before the metadata is there.
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.utils.core import override_user

        user = _user(security_manager, password)
        with override_user(user):
            backend = make_url(current_app.config["REDRESS_DATABASE"]).get_backend_name()
            ImportAssetsCommand(export_files(backend)).run()
        user.roles = [security_manager.find_role(name) for name in ROLES]
        db.session.commit()


def _user(security_manager: Any, password: str) -> Any:
    """Return Superset's one user, created if missing, with this password. The user has every right until the
    dashboard is imported.
    """
    admin = security_manager.find_role("Admin")
    user = security_manager.find_user(USER) or security_manager.add_user(
        USER, "Redress", "reader", f"{USER}@localhost", admin
    )
    security_manager.reset_password(user.id, password)
    user.roles = [admin]
    return user


if __name__ == "__main__":
    main()
