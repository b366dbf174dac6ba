"""What a fresh clone relies on: one version everywhere, complete pins, a contract of imports that is enforced."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("theory", "numerics", "proofs_check")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9]+(\.[0-9]+)*(\.post[0-9]+)?)")


def found(pattern, file):
    return re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE).groups()


def test_the_version_is_the_same_everywhere():
    version = PROJECT["project"]["version"]

    assert metadata.version("maml-landscape") == version
    assert found(r"^version: (.+)$", "CITATION.cff") == (version,)
    assert found(r"^## \[(\d.*?)\]", "CHANGELOG.md") == (version,)


def test_the_release_has_one_date():
    assert found(r"^date-released: (.+)$", "CITATION.cff") == found(r"^## \[\d.*?\] - (.+)$", "CHANGELOG.md")


def pins(lines):
    """Return name -> version; refuse any line that is neither a comment nor an exact version."""
    matches = {line: PIN.fullmatch(line) for line in lines if not line.startswith("# ")}
    refused = [line for line, match in matches.items() if match is None]
    if refused:
        raise ValueError(f"not exact versions: {refused}")
    return {canonicalize_name(match["name"]): match["version"] for match in matches.values()}


def unpinned(requirements, pinned):
    """Return the requirements, with what they need in turn as far as it is installed, that no pin satisfies."""
    missing, seen, ahead = [], set(), [(Requirement(text), "") for text in requirements]
    while ahead:
        requirement, wanted_extra = ahead.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": wanted_extra}):
            continue
        if name != "maml-landscape" and not requirement.specifier.contains(pinned.get(name, "")):
            missing.append(str(requirement))
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                try:
                    ahead += [(Requirement(text), extra) for text in metadata.requires(name) or []]
                except metadata.PackageNotFoundError:
                    continue  # `make test` installs no linters; their own line above is still looked at
    return missing


#: PyTorch is gigabytes, and nothing that the project runs by itself installs it.
NOT_INSTALLED = {"gpu"}
EXTRAS = [texts for name, texts in PROJECT["project"]["optional-dependencies"].items() if name not in NOT_INSTALLED]
REQUIREMENTS = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["build-system"]["requires"],
    *(text for extra in EXTRAS for text in extra),
]


def constraints():
    return pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


def test_constraints_pin_everything_that_is_installed_to_a_version_that_fits():
    assert unpinned(REQUIREMENTS, constraints()) == []


def without(name):
    return {other: version for other, version in constraints().items() if other != name}


@pytest.mark.parametrize(
    ("pinned", "missed"),
    [
        (without("numpy"), "numpy"),
        (without("mpmath"), "mpmath"),  # needed by SymPy only
        (without("hatchling"), "hatchling"),
        (constraints() | {"scipy": "1.0"}, "scipy"),
    ],
    ids=["direct", "transitive", "build backend", "too old"],
)
def test_a_missing_or_unfit_pin_is_noticed(pinned, missed):
    assert missed in {Requirement(text).name for text in unpinned(REQUIREMENTS, pinned)}


@pytest.mark.parametrize(
    "line",
    ["numpy @ https://host/numpy.whl", "-e .", "--index-url https://host/simple", "numpy>=2", "./wheels/numpy.whl", ""],
)
def test_a_line_with_anything_but_a_version_is_refused(line):
    with pytest.raises(ValueError, match="not exact versions"):
        pins(["scipy==1.17.1", line])


@pytest.fixture
def copy(tmp_path):
    """Copy what the import contract and the wheel are made of, to be broken."""
    for file in (ROOT / "pyproject.toml", ROOT / "LICENSE", *ROOT.glob("*.md")):
        shutil.copy(file, tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint_imports(folder):
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contract_is_kept(copy):
    result = lint_imports(copy)

    assert (result.returncode, ", 0 broken" in result.stdout) == (0, True), result.stdout + result.stderr


@pytest.mark.parametrize(
    ("importer", "imported"), [("theory", "numerics"), ("theory", "proofs_check"), ("numerics", "proofs_check")]
)
def test_an_import_against_the_direction_is_caught(copy, importer, imported):
    (copy / importer / "wrong_way.py").write_text(f"import {imported}\n", encoding="utf-8")

    result = lint_imports(copy)

    assert result.returncode == 1
    assert f"{importer} is not allowed to import {imported}" in result.stdout
    assert f"{importer}.wrong_way -> {imported}" in result.stdout


@pytest.mark.parametrize("importer", ["proofs_check/verify", "proofs_check/simulation/quantities", "numerics/descent"])
def test_an_estimator_for_exploration_in_a_verdict_is_caught(copy, importer):
    path = copy / f"{importer}.py"
    path.write_text(
        f"{path.read_text(encoding='utf-8')}\n\nfrom numerics.exploration import explore\n", encoding="utf-8"
    )

    result = lint_imports(copy)

    assert result.returncode == 1
    assert f"{importer.replace('/', '.')} -> numerics.exploration" in result.stdout


def test_the_wheel_holds_the_three_packages_with_their_types_and_the_command(copy):
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"], cwd=copy, check=True)

    (wheel,) = (copy / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
        (entry_points,) = (archive.read(name) for name in archive.namelist() if name.endswith("entry_points.txt"))

    inside = (path for package in PACKAGES for path in (copy / package).rglob("*") if path.is_file())
    assert files == {str(path.relative_to(copy)) for path in inside}
    assert {f"{package}/py.typed" for package in PACKAGES} <= files
    assert b"landscape = proofs_check.cli:main" in entry_points
