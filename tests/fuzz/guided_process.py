"""The process in which atheris fuzzes one format, guided by the lines of code that an input reaches.

    python -m tests.fuzz.guided_process html CORPUS -max_total_time=60

Only modules that are imported under atheris' `instrument_imports` can guide atheris. So no module of the project is
imported at the top of this file.
"""

import importlib
import logging
import resource
import sys

INSTRUMENTED = ["redress", "pdfminer", "pdfplumber", "openpyxl", "protego"]
ADDRESS_SPACE_MEBIBYTES = 4096


def main() -> None:
    """Fuzz the format that the first argument names; the other arguments are for the fuzzer."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        formats = importlib.import_module("tests.fuzz.guided_formats")
    logging.disable()
    limit = ADDRESS_SPACE_MEBIBYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    chosen = formats.FORMATS[sys.argv[1]]
    arguments = [sys.argv[0], *sys.argv[2:]]
    if chosen.change is None:
        atheris.Setup(arguments, chosen.check)
    else:
        change = chosen.change

        def mutated(content: bytes, most_bytes: int, seed: int) -> bytes:
            made = change(content, seed)
            if made is None or len(made) > most_bytes:
                return bytes(atheris.Mutate(content, most_bytes))
            return bytes(made)

        atheris.Setup(arguments, chosen.check, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
