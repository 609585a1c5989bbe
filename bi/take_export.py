"""Take a dashboard that was changed in Superset's pages into this folder: its export, as Superset's pages give it.

.venv/bin/python -m bi.take_export dashboard_export_....zip
"""

import re
import sys
import zipfile
from pathlib import Path

import yaml

from redress.files.replacing import replaced_folder

DASHBOARD = Path(__file__).parent / "dashboard"
NUMBER = re.compile(r"_\d+(?=\.yaml$)")
"""What Superset adds to the name of a file: the number that the chart has in this one installation."""


class _Readable(yaml.SafeDumper):
    """Write SQL of several lines line by line, so that a change of one line shows as one."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


class ExportError(Exception):
    """The file is no export of one dashboard; the message says what was found."""


def exported_files(file: Path) -> dict[str, str]:
    """Return the files of an export by their path in this folder. Raise ExportError for any other file.

    Names lose their number, and metadata.yaml its time, so that what did not change stays as it was.
    """
    try:
        with zipfile.ZipFile(file) as bundle:
            texts = {name.partition("/")[2]: bundle.read(name).decode() for name in bundle.namelist()}
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise ExportError(f"{file} cannot be read as an export of Superset: {error}") from None
    found: dict[str, str] = {}
    for path, text in texts.items():
        plain = NUMBER.sub("", path)
        if plain in found:
            raise ExportError(f"{file} has two files {plain}: give the charts different names")
        found[plain] = text
    if "metadata.yaml" not in found or sum(path.startswith("dashboards/") for path in found) != 1:
        raise ExportError(f"{file} is no export of one dashboard: export the dashboard of `make bi` alone")
    contents = {path: yaml.safe_load(text) for path, text in found.items()}
    contents["metadata.yaml"].pop("timestamp", None)
    return {
        path: str(yaml.dump(content, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=110))
        for path, content in contents.items()
    }


def take(file: Path, folder: Path = DASHBOARD) -> None:
    """Replace the dashboard of a folder by an export, but for the database, whose file says how it is opened.

    Raise ExportError, and change nothing, for any other file.
    """
    files = exported_files(file)
    kept = {path.relative_to(folder).as_posix(): path for path in (folder / "databases").glob("*.yaml")}
    files |= {path: database.read_text(encoding="utf-8") for path, database in kept.items()}
    with replaced_folder(folder) as incoming:
        for path, text in files.items():
            target = incoming / path
            if not target.resolve().is_relative_to(incoming.resolve()):
                raise ExportError(f"{file} has a file outside its folder: {path}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(str(__doc__))
    try:
        take(Path(sys.argv[1]))
    except ExportError as error:
        sys.exit(str(error))
    print(f"taken into {DASHBOARD}: look at git diff")


if __name__ == "__main__":
    main()
