"""Take an export of the dashboard into this folder, after a person has changed the dashboard in Superset's pages.

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
"""What Superset adds to a file's name: the number that the chart or the dashboard has in this one installation."""


class _Readable(yaml.SafeDumper):
    """A writer of YAML that writes a text of several lines, such as SQL, line by line. So a change of one line of
    the text changes one line of the file.
    """


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


class ExportError(Exception):
    """The file is no export of one dashboard; the message says what was found."""


def exported_files(file: Path) -> dict[str, str]:
    """Return the texts of an export's files, by their paths in the folder of the dashboard.

    The numbers in the names and the time in metadata.yaml are left out, so that unchanged files stay as they were.
    Raise ExportError if the file is no export of one dashboard, or if two of its charts have one name.
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
    try:
        contents = {path: yaml.safe_load(text) for path, text in found.items()}
    except yaml.YAMLError as error:
        raise ExportError(f"{file} has a file that is no YAML: {error}") from None
    for path, content in contents.items():
        if not isinstance(content, dict):
            raise ExportError(f"{file} has a file {path} that names no values: {content!r}")
    contents["metadata.yaml"].pop("timestamp", None)
    return {
        path: str(yaml.dump(content, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=110))
        for path, content in contents.items()
    }


def take(file: Path, folder: Path = DASHBOARD) -> None:
    """Replace the dashboard of a folder by an export. The files in `databases` stay, because they say how the
    database is opened.

    Raise ExportError, and change nothing, as `exported_files` does, or if a path leads out of the folder.
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
