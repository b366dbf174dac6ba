"""The pytest plugin: files ``claims_*.py`` are collected, one item for each claim, with its verdict as the report.

It is loaded at every start of pytest, so it imports nothing that computes until a file of claims is collected.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from proofs_check.budget import BUDGETS, DEFAULT_SEED, budget_named
from theory.errors import LandscapeError

if TYPE_CHECKING:
    from proofs_check.simulate import Workbench
    from proofs_check.solvers import Solvers
    from proofs_check.verdict import Verdict
    from theory.claim import Claim

__all__: list[str] = []

_PATTERN = "claims_*.py"


class _Run:
    """What the claims of one process share: seed, budget, solvers, measurements, and one false-alarm probability.

    Parameters
    ----------
    budget : str
        Name of the budget.
    seed : int
        Seeds everything random.
    """

    def __init__(self, budget: str, seed: int) -> None:
        self.budget, self.seed = budget, seed
        self.stated: dict[str, Claim] = {}
        self.claims = 0
        self._opened: list[Solvers] = []

    @cached_property
    def _tools(self) -> tuple[Workbench, Solvers]:
        from proofs_check.simulate import Workbench
        from proofs_check.solvers import Solvers

        self._opened.append(Solvers())
        return Workbench(), self._opened[0]

    def judge(self, claim: Claim) -> Verdict:
        from proofs_check.judging import judge
        from proofs_check.verify import FALSE_ALARM
        from theory.claim import located

        workbench, solvers = self._tools
        with located(claim):
            return judge(
                claim,
                budget=budget_named(self.budget),
                seed=self.seed,
                false_alarm=FALSE_ALARM / max(1, self.claims),
                workbench=workbench,
                solvers=solvers,
            )

    def close(self) -> None:
        for solvers in self._opened:
            solvers.close()


_RUN = pytest.StashKey[_Run]()


class ClaimsFile(pytest.File):
    """A file of claims; its items are its claims."""

    def collect(self) -> Iterable[ClaimItem]:
        """Execute the file and make an item of each claim."""
        from theory.claim import refuse_duplicates
        from theory.collection import claims_in

        run = self.config.stash[_RUN]
        try:
            claims = claims_in([self.path])
            # A file that is collected once more, by another argument, states the same claims.
            others = [claim for claim in run.stated.values() if _file_of(claim) != self.path]
            refuse_duplicates([*others, *claims])
        except LandscapeError as error:
            raise self.CollectError(str(error)) from None
        run.stated |= {claim.name: claim for claim in claims}
        return [ClaimItem.from_parent(self, name=claim.name, claim=claim) for claim in claims]


def _file_of(claim: Claim) -> Path:
    return Path(claim.location.rpartition(":")[0])


class _UnexpectedVerdict(Exception):
    """Carries the verdict of a claim that ought to get another one."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.because)
        self.verdict = verdict


class ClaimItem(pytest.Item):
    """A claim; it passes where it gets the verdict that it ought to get."""

    def __init__(self, *, claim: Claim, **options: Any) -> None:
        super().__init__(**options)
        self.claim = claim

    def runtest(self) -> None:
        """Judge the claim."""
        verdict = self.config.stash[_RUN].judge(self.claim)
        self.user_properties += [("verdict", verdict.outcome), ("because", verdict.because)]
        self.add_report_section("call", "verdict", f"{verdict.outcome}: {verdict.because}")
        if not verdict.meets(self.claim.expected):
            raise _UnexpectedVerdict(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Report the verdict, or why there is none, in place of a traceback."""
        if isinstance(excinfo.value, _UnexpectedVerdict):
            return "\n".join(self._report(excinfo.value.verdict))
        if isinstance(excinfo.value, LandscapeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def _report(self, verdict: Verdict) -> Iterator[str]:
        run = self.config.stash[_RUN]
        yield f"{self.claim.name}: {self.claim.sentence}"
        yield f"expected: {self.claim.expected}"
        yield f"got:      {verdict.outcome}"
        yield f"because:  {verdict.because}"
        if verdict.counterexample is not None:
            values = ", ".join(f"{name} = {value}" for name, value in verdict.counterexample.items())
            yield f"counterexample: {values}"
        yield (
            f"to repeat: landscape show {self.claim.name} --claims {self.path} --budget {run.budget} --seed {run.seed}"
        )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the claim is stated."""
        line = self.claim.location.rpartition(":")[2]
        stated_here = _file_of(self.claim) == self.path and line.isdecimal()
        return self.path, int(line) - 1 if stated_here else None, f"claim {self.claim.name}"


class _NoTests(pytest.File):
    """A file of claims, as far as tests are concerned."""

    def collect(self) -> Iterable[pytest.Item]:
        """Return nothing."""
        return ()


def _is_claims_file(path: Path) -> bool:
    return fnmatchcase(path.name, _PATTERN)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and what they are called in a configuration file."""
    group = parser.getgroup("landscape", "claims about MAML")
    group.addoption(
        "--landscape-budget", choices=tuple(BUDGETS), help="How long each rung may take for a claim (normal)."
    )
    group.addoption("--landscape-seed", type=_seed, metavar="N", help=f"Source of all randomness ({DEFAULT_SEED}).")
    parser.addini("landscape_budget", "Default of --landscape-budget.", default="normal")
    parser.addini("landscape_seed", "Default of --landscape-seed.", default=str(DEFAULT_SEED))


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options; the solvers end with the run."""
    budget = config.getoption("--landscape-budget") or config.getini("landscape_budget")
    if budget not in BUDGETS:
        raise pytest.UsageError(f"landscape_budget is {budget!r}; give one of {', '.join(BUDGETS)}")
    seed = config.getoption("--landscape-seed")
    if seed is None:
        try:
            seed = _seed(config.getini("landscape_seed"))
        except ValueError:
            given = config.getini("landscape_seed")
            raise pytest.UsageError(f"landscape_seed is {given!r}; give a whole number of at least 0") from None
    config.stash[_RUN] = run = _Run(budget, seed)
    config.add_cleanup(run.close)


def pytest_report_header(config: pytest.Config) -> str:
    """Say with which seed and budget claims are judged."""
    run = config.stash[_RUN]
    return f"landscape: seed {run.seed}, budget {run.budget} (claims in {_PATTERN})"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ClaimsFile | None:
    """Collect files of claims."""
    return ClaimsFile.from_parent(parent, path=file_path) if _is_claims_file(file_path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> _NoTests | None:
    """Keep pytest from importing a file of claims that is named on the command line; it imports any such file."""
    patterns = parent.config.getini("python_files")
    if not _is_claims_file(module_path) or any(module_path.match(pattern) for pattern in patterns):
        return None
    return _NoTests.from_parent(parent, path=module_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report a property of mixtures that fails by its message, in place of a traceback."""
    report = yield
    raised = None if call.excinfo is None else call.excinfo.value
    if isinstance(raised, AssertionError | LandscapeError) and hasattr(getattr(item, "obj", None), "of_mixtures"):
        report.longrepr = str(raised)
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count the claims, which share one false-alarm probability."""
    session.config.stash[_RUN].claims = sum(isinstance(item, ClaimItem) for item in session.items)


@pytest.fixture(scope="session")
def landscape_seed(pytestconfig: pytest.Config) -> int:
    """Return the seed of the run, which properties of mixtures are tested with."""
    return pytestconfig.stash[_RUN].seed
