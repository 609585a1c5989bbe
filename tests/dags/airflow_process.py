"""Run Airflow's commands in one process that stays, which saves a few seconds of each command.

As a module, this file reads a command from each line of its input: a JSON object with the words and the environment
of the command. It answers each line with the command's exit code.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from redress.orchestration.environment import airflow_environment
from redress.settings import Settings
from tests.made import PROJECT


@dataclass
class AirflowProcess:
    """A process that runs commands of Airflow's against a metadata database of its own.

    Each command has its own settings of Redress, so that tests with several homes share the process.
    """

    home: Path
    commands: IO[str]
    answers: IO[str]

    @property
    def log(self) -> Path:
        return self.home / "commands.log"

    def run(self, settings: Settings, stated: Mapping[str, str], *words: str) -> tuple[int, str]:
        """Run a command with these settings, and with other variables of its environment.

        Return the command's exit code and what the command printed.
        """
        before = self.log.stat().st_size
        environment = {
            **airflow_environment(settings, self.home, f"sqlite:///{self.home / 'airflow.db'}"),
            **stated,
        }
        print(json.dumps({"words": words, "environment": environment}), file=self.commands, flush=True)
        answer = self.answers.readline()
        printed = self.log.read_bytes()[before:].decode(errors="replace")
        assert answer, f"Airflow's process ended:\n{printed}"
        return int(answer), printed

    def dag_runs(self, dag_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the state and the conf of each run of a dag in the metadata, the oldest run first."""
        with sqlite3.connect(self.home / "airflow.db") as database:
            found = database.execute("select state, conf from dag_run where dag_id = ? order by id", (dag_id,))
            return [(state, json.loads(conf or "{}")) for state, conf in found]

    def end_runs(self, dag_id: str) -> None:
        """Mark each run of a dag as a success, as if the run had been done."""
        with sqlite3.connect(self.home / "airflow.db") as database:
            database.execute("update dag_run set state = 'success' where dag_id = ?", (dag_id,))


@contextmanager
def airflow_process(home: Path, metadata: Path) -> Iterator[AirflowProcess]:
    """Start the process with a copy of this metadata, yield the process, and end it after the block."""
    shutil.copyfile(metadata, home / "airflow.db")
    reads, writes = os.pipe()
    with (home / "commands.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.dags.airflow_process", str(writes)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            pass_fds=(writes,),
            text=True,
        )
    os.close(writes)
    assert process.stdin is not None
    with process, process.stdin as commands, os.fdopen(reads) as answers:
        yield AirflowProcess(home, commands, answers)


def main() -> None:
    """Run one command after the other until the input ends."""
    with os.fdopen(int(sys.argv[1]), "w") as answers:
        for line in sys.stdin:
            asked = json.loads(line)
            os.environ.clear()
            os.environ.update(asked["environment"])
            from airflow.cli.cli_parser import get_parser  # it reads the environment as it is imported

            try:
                arguments = get_parser().parse_args(asked["words"])
                arguments.func(arguments)
                code = 0
            except SystemExit as ended:
                code = 0 if ended.code is None else ended.code if isinstance(ended.code, int) else 1
                print(ended.code)
            sys.stdout.flush()
            sys.stderr.flush()
            print(code, file=answers, flush=True)
    os._exit(0)  # Python would take seconds to put Airflow's modules in order, for nobody


if __name__ == "__main__":
    main()
