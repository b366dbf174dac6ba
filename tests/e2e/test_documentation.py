"""Every fenced block of the README and of docs/ does what it shows: commands are run, Python executed, TOML loaded.

In a ```console block, a line that begins with `$ ` is a command, run by bash in a scratch copy of what a user has; the
lines after it are what it prints, on either stream, and it has to end with 0. A line `...` stands for any lines, and
`...` inside a line for any characters. A ```python block is executed; a ```text block after it is what it prints.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from numerics.configuration import Configuration
from numerics.configuration.tables import TABLES
from numerics.configuration.toml_text import value_text
from numerics.methods import LEARNERS
from numerics.sweep import parse_grid
from proofs_check.cli import COMMANDS
from theory.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^(?P<fence>```+)(?P<language>.*)\n(?P<body>(?s:.*?))^(?P=fence)$", re.MULTILINE)
#: Languages whose blocks only say something: mathematics, and what a reference manager reads; and what
#: test_adding_a_method.py runs, after it has followed the walk so far.
SHOWN = {"math", "bibtex", "console walk"}


@dataclass(frozen=True)
class Block:
    """One fenced block, and what the next one says that it prints."""

    where: str
    language: str
    body: str
    printed: str | None = None


def blocks(page, text):
    """Return the blocks of a page; a ```text block belongs to the Python before it."""
    found = []
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        block = Block(f"{page}:{line}", match["language"].strip(), match["body"])
        if block.language == "text" and found and found[-1].language == "python" and found[-1].printed is None:
            found[-1] = Block(found[-1].where, "python", found[-1].body, block.body)
        else:
            found.append(block)
    return found


def commands(body):
    """Split a console block into commands, continuation lines joined, with what each one prints."""
    found = []
    for line in body.splitlines():
        if found and found[-1][0].endswith("\\"):
            found[-1][0] = found[-1][0][:-1] + line.lstrip("> ")
        elif line.startswith("$ "):
            found.append([line[2:], []])
        else:
            assert found, f"printed before any command: {line}"
            found[-1][1].append(line)
    assert found, "a console block without a command"
    return found


def matches(shown, real):
    """Whether real output is what is shown, elisions apart; blanks at the ends of lines do not count."""
    lines = [re.escape(line.rstrip()).replace(r"\.\.\.", ".*") for line in shown]
    pattern = "".join("(?:.*\n)*?" if line == ".*" else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in real.rstrip("\n").splitlines())) is not None


def run(arguments, folder, **options):
    # make only says what it would do, and fails where there is no such target; tables are as wide as in the docs.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = inherited | {"PATH": path, "MAKEFLAGS": "n", "COLUMNS": "100"}
    return subprocess.run(
        arguments,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )


def says_what_is_missing(command, done):
    """Whether a kernel was asked for that is not installed, and the command says how to install it."""
    asked = command.startswith("landscape prove ") and shutil.which("coqc") is None
    return asked and done.returncode == 1 and "apt-get install coq" in " ".join(done.stdout.split())


def check(block, folder):
    """Fail unless the block does what it shows."""
    if block.language == "console":
        for command, shown in commands(block.body):
            done = run(["bash", "-c", command], folder)
            if says_what_is_missing(command, done):
                continue
            assert done.returncode == 0, f"{block.where}: {command} ended with {done.returncode}:\n{done.stdout}"
            assert not shown or matches(shown, done.stdout), f"{block.where}: {command} printed\n{done.stdout}"
    elif block.language == "python":
        done = run([sys.executable, "-"], folder, input=block.body)
        assert done.returncode == 0, f"{block.where} failed:\n{done.stdout}"
        expected = (block.printed or "").splitlines()
        assert matches(expected, done.stdout), f"{block.where} printed\n{done.stdout}"
    elif block.language == "toml":
        Configuration.parse(block.body, source=block.where)
    elif block.language == "toml grid":
        parse_grid(block.body, source=block.where)
    else:
        assert block.language in SHOWN, f"{block.where}: nothing checks a block of language {block.language!r}"


@pytest.fixture
def folder(tmp_path):
    """A scratch copy of what the commands of the docs use."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def every_block():
    return [block for page in PAGES for block in blocks(page.name, page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("block", every_block(), ids=lambda block: f"{block.where}-{block.language}")
def test_a_block_does_what_it_shows(block, folder):
    check(block, folder)


BROKEN = [
    ("console", "$ landscape evaluate examples/no-such-file.toml\n"),
    ("console", "$ landscape evaluate --no-such-option examples/easy_hard.toml\n"),
    ("console", "$ make no-such-target\n"),
    ("console", "$ echo one\ntwo\n"),
    ("console", "$ printf 'one\\ntwo\\n'\none\n"),
    ("console", "$ echo one\none\n...\ntwo\n"),
    ("console", "$ echo 3.14\n2.7...\n"),
    ("console", "landscape --help\n"),
    ("console", ""),
    ("python", "import no_such_module\n"),
    ("python", "print('what no text block shows')\n"),
    ("toml", "dimension = 0\n"),
    ("toml grid", "dimension = [2, 0]\n"),
    ("sh", "landscape --help\n"),
    ("", "what is this?\n"),
]


@pytest.mark.parametrize(("language", "body"), BROKEN)
def test_a_broken_block_is_caught(language, body, folder):
    (block,) = blocks("page.md", f"```{language}\n{body}```\n")

    with pytest.raises((AssertionError, ConfigurationError)):
        check(block, folder)


def test_a_wrong_result_of_python_is_caught(folder):
    (block,) = blocks("page.md", "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n")

    with pytest.raises(AssertionError, match=r"page.md:1 printed\s+2"):
        check(block, folder)


@pytest.mark.parametrize(
    "body",
    [
        "$ printf 'one\\ntwo\\nthree\\n'\none\n...\nthree\n",
        "$ printf 'one\\ntwo\\n'\n...\n",
        "$ echo 'took 1.2 s'\ntook ... s\n",
        "$ echo one \\\n>   two\none two\n",
        "$ echo to stderr >&2\nto stderr\n",
        "$ make --quiet help\n...\n",
    ],
)
def test_what_may_vary_is_left_out(body, folder):
    check(Block("page.md:1", "console", body), folder)


@pytest.mark.parametrize(
    ("command", "code", "printed", "excused"),
    [
        ("landscape prove --kernel", 1, "not run: coqc not found (apt-get\ninstall coq)", True),
        ("landscape prove --kernel", 1, "Traceback", False),
        ("landscape prove --kernel", 2, "apt-get install coq", False),
        ("landscape verify", 1, "apt-get install coq", False),
    ],
)
def test_only_a_missing_kernel_is_excused_and_only_if_it_is_named(command, code, printed, excused, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    assert says_what_is_missing(command, subprocess.CompletedProcess([], code, stdout=printed)) is excused


LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)|<img[^>]*\ssrc=\"(?P<source>[^\"]+)\"")


def anchors(page):
    """Return the anchors that a page's headings have on GitHub."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def dead_links(folder, text):
    """Return the links of a page in a folder that lead to no file, or to no heading of one."""
    dead = []
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match["target"] or match["source"]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        if not (folder / path).exists() or (anchor and anchor not in anchors(folder / path)):
            dead.append(target)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page):
    assert dead_links(page.parent, page.read_text(encoding="utf-8")) == []


def test_a_dead_link_is_caught(tmp_path):
    (tmp_path / "page.md").write_text("# A heading\n", encoding="utf-8")
    text = '[a](page.md) [b](gone.md) [c](page.md#a-heading) [d](page.md#none) <img alt="" src="gone.svg">'

    assert dead_links(tmp_path, text) == ["gone.md", "page.md#none", "gone.svg"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_shows_every_command(command):
    assert re.search(rf"^\$ landscape {command}\b", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def rows(page):
    """Return the cells of every line of a page's tables."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_the_readme_calls_exactly_those_learners_working_that_are():
    table = [row for row in rows(ROOT / "README.md") if len(row) == 4]
    states = {name: row[3] for row in table for name in re.findall(r"`(\w+)`", row[2])}

    assert {name for name, state in states.items() if state == "works"} == set(LEARNERS)
    assert set(states.values()) <= {"works", "planned"}


@pytest.mark.parametrize("place", TABLES)
def test_the_configuration_page_has_every_key_with_its_default(place):
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows(ROOT / "docs" / "configuration.md")}
    fields = TABLES[place].model_fields.items()
    keys = {".".join([*place, key]): field for key, field in fields}

    assert keys.keys() <= documented.keys()
    for key, field in keys.items():
        if field.is_required():
            assert documented[key] == "required"
        elif field.default != "":  # a name that is left out is made up from the position
            assert documented[key] == value_text(field.default)


@pytest.mark.parametrize("package", ["theory", "numerics", "proofs_check"])
def test_the_modules_on_the_architecture_page_exist(package):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (section,) = (part for part in page.split("\n## ") if part.startswith(f"`{package}`\n"))
    named = re.findall(r"`([^`]+)`", " ".join(line.split("|")[1] for line in section.splitlines() if line[:1] == "|"))

    assert len(named) >= 7
    assert [name for name in named if not any((ROOT / package / f).exists() for f in (name, f"{name}.py"))] == []


def test_the_picture_of_the_readme_can_be_drawn_again(tmp_path):
    subprocess.run([sys.executable, ROOT / "docs" / "make_figures.py", tmp_path], check=True)

    drawn, shown = tmp_path / "easy-hard.svg", ROOT / "docs" / "images" / "easy-hard.svg"
    assert texts(drawn) == texts(shown)
    assert {"0.69", "0.21", "gain 0.48", "3.27"} <= set(texts(drawn))


def texts(svg):
    """Return what a picture says; its glyphs are outlines, and matplotlib leaves each text beside them as a comment."""
    return re.findall(r"<!-- (.*?) -->", svg.read_text(encoding="utf-8"))


def test_the_examples_for_clusters_are_well_formed_and_fit_together():
    import yaml

    folder = ROOT / "examples" / "cluster"
    compile((folder / "slurm.py").read_text(encoding="utf-8"), "slurm.py", "exec")
    service, *deployments = yaml.safe_load_all((folder / "kubernetes.yaml").read_text(encoding="utf-8"))
    labels = [item["spec"]["template"]["metadata"]["labels"] for item in deployments]
    arguments = [item["spec"]["template"]["spec"]["containers"][0]["args"] for item in deployments]

    assert service["spec"]["selector"] == labels[0]
    assert [item["spec"]["selector"]["matchLabels"] for item in deployments] == labels
    (port,) = (item["port"] for item in service["spec"]["ports"])
    assert str(port) in arguments[0]
    assert f"tcp://{service['metadata']['name']}:{port}" in arguments[1]
