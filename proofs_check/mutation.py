"""Measures whether the ladder would notice a wrong theorem: claims are broken, and each rung is asked on its own."""

from __future__ import annotations

import multiprocessing
import random
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from proofs_check.mutants import Mutant, mutants
from proofs_check.mutation_bench import PATIENT, Bench, Reaction
from proofs_check.mutation_question import Question, same_claim
from proofs_check.mutation_rungs import RUNGS, largest_change, prove
from proofs_check.solvers import Solvers
from theory.claim import Claim
from theory.collection import chosen_claims
from theory.errors import LandscapeError

__all__ = ["DEFAULT_LIMIT", "ClaimScore", "Finding", "MutationReport", "chosen", "examine", "measure"]

#: Mutants of each claim that are examined where nothing else is asked for; the whole ledger then takes minutes.
DEFAULT_LIMIT = 8
#: Mutants that a process takes at a time.
_PORTION = 24

Category = Literal["equivalent", "still true", "still false", "killed", "survived", "conflict"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """What came of one mutant.

    Parameters
    ----------
    claim : str
        Name of the claim that was broken.
    operator, where : str
        How, and which part.
    category : str
        ``equivalent``: it says the same; ``still true``: it is proved all the same; ``still false``: the claim was
        false to begin with and still is; ``killed``: a rung refutes it; ``survived``: none does, nor is it proved;
        ``conflict``: one rung refutes what another one proves, or contradicts itself. Only the last three are counted.
    reactions : mapping from str to Reaction
        What each rung made of it, by its name; empty where it is equivalent.
    why : str
        What settled it, or why nothing did.
    change : float or None
        Largest relative change of a stated value at the points that are simulated.
    """

    claim: str
    operator: str
    where: str
    category: Category
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    why: str = ""
    change: float | None = None

    @property
    def counted(self) -> bool:
        """Whether it is a breakage that ought to be noticed."""
        return self.category in ("killed", "survived", "conflict")

    @property
    def killers(self) -> tuple[str, ...]:
        """The rungs that refute it."""
        return tuple(name for name, reaction in self.reactions.items() if reaction.kind == "refuted")


@dataclass(frozen=True)
class ClaimScore:
    """The mutants of one claim that were examined, of ``available`` ones."""

    claim: str
    available: int
    findings: tuple[Finding, ...]

    def number(self, *categories: str) -> int:
        """Count findings of some categories."""
        return sum(finding.category in categories for finding in self.findings)

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The breakages that ought to be noticed."""
        return tuple(finding for finding in self.findings if finding.counted)

    def killed(self, rungs: int = 1) -> int:
        """Count the mutants that at least so many rungs refute."""
        return sum(finding.category == "killed" and len(finding.killers) >= rungs for finding in self.findings)

    def reactions(self, rung: str, kind: str) -> int:
        """Count how often a rung reacted in one way to a breakage that ought to be noticed."""
        return sum(rung in item.reactions and item.reactions[rung].kind == kind for item in self.counted)


@dataclass(frozen=True)
class MutationReport:
    """What came of all mutants that were examined.

    Parameters
    ----------
    seed : int
        Seeds the choice of mutants and the rungs.
    limit : int or None
        Mutants of each claim, at most.
    scores : tuple of ClaimScore
        In the order of the claims.
    interrupted : bool
        Whether the run was stopped early.
    """

    seed: int
    limit: int | None
    scores: tuple[ClaimScore, ...]
    interrupted: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every mutant's."""
        return tuple(finding for score in self.scores for finding in score.findings)

    @property
    def survivors(self) -> tuple[Finding, ...]:
        """The breakages that no rung noticed, and the conflicts."""
        return tuple(finding for finding in self.findings if finding.category in ("survived", "conflict"))

    @property
    def total(self) -> ClaimScore:
        """All claims together."""
        return ClaimScore("all", sum(score.available for score in self.scores), self.findings)


def chosen(broken: Sequence[Mutant], limit: int | None, seed: int | str) -> list[int]:
    """Choose mutants, by their numbers: each kind of breakage in turn, and at random within its kind.

    Parameters
    ----------
    broken : sequence of Mutant
        All mutants of one claim.
    limit : int or None
        How many, at most; ``None`` chooses all.
    seed : int or str
        Makes the choice repeatable.
    """
    if limit is None or limit >= len(broken):
        return list(range(len(broken)))
    generator = random.Random(f"{seed}")
    by_operator: dict[str, list[int]] = {}
    for index, mutant in enumerate(broken):
        by_operator.setdefault(mutant.operator, []).append(index)
    queues = list(by_operator.values())
    for queue in queues:
        generator.shuffle(queue)
    generator.shuffle(queues)
    picked: list[int] = []
    while len(picked) < limit:
        picked.extend(queue.pop() for queue in queues if queue)
    return sorted(picked[:limit])


def examine(original: Claim, mutant: Mutant, bench: Bench) -> Finding:
    """Ask every rung about one mutant; where none refutes it, ask the provers whether it is true after all.

    Where they cannot tell either, everybody is asked once more with more patience.
    """

    def finding(category: Category, why: str, **further: Any) -> Finding:
        return Finding(original.name, mutant.operator, mutant.where, category, why=why, **further)

    try:
        if same_claim(original, mutant.claim):
            return finding("equivalent", "the same rational functions")
        question = Question(original, mutant)
    except LandscapeError as refusal:
        return finding("killed", f"refused: {refusal}", reactions={"exact": Reaction("refuted", f"refused: {refusal}")})
    if question.false and not question.goals:
        return finding("still false", "the claim is false, and only its conclusion was broken")
    if question.touches_nothing:
        return finding("still true", "nothing that has to be shown depends on it")
    reactions = {name: _reaction(rung, question, bench) for name, rung in RUNGS.items()}
    change = largest_change(question, bench)
    refuting = [name for name, reaction in reactions.items() if reaction.kind == "refuted"]
    broken_down = [name for name, reaction in reactions.items() if reaction.kind == "failed"]
    proving = [name for name, reaction in reactions.items() if reaction.kind == "proved"]
    if broken_down or (refuting and proving and _whole(question)):
        words = f"{' and '.join(broken_down or proving)} against {' and '.join(refuting) or 'itself'}"
        return finding("conflict", words, reactions=reactions, change=change)
    if refuting:
        return finding("killed", reactions[refuting[0]].detail, reactions=reactions, change=change)
    proof = _proof(question, bench)
    if proof:
        return finding("still true", proof, reactions=reactions, change=change)
    if bench.budget is not PATIENT:
        return examine(original, mutant, replace(bench, budget=PATIENT))
    why = "; ".join(f"{name}: {reaction.detail}" for name, reaction in reactions.items() if reaction.kind != "not run")
    return finding("survived", why or "no rung applies", reactions=reactions, change=change)


def _whole(question: Question) -> bool:
    """Whether a rung that proves what it was asked has proved all that is new: for numbers, but not for limits."""
    return not (question.limit_changed or question.on_mixtures or question.on_matrices)


def _reaction(rung: Callable[[Question, Bench], Reaction], question: Question, bench: Bench) -> Reaction:
    try:
        return rung(question, bench)
    except LandscapeError as refusal:
        return Reaction("refuted", f"refused: {refusal}")
    except AssertionError as failure:
        return Reaction("failed", str(failure))


def _proof(question: Question, bench: Bench) -> str:
    try:
        return prove(question, bench)
    except LandscapeError:
        return ""


def measure(
    claims: Iterable[Claim],
    *,
    limit: int | None = DEFAULT_LIMIT,
    seed: int = 0,
    jobs: int = 1,
    files: Sequence[Path] = (),
    on_progress: Progress | None = None,
) -> MutationReport:
    """Break claims and see who notices.

    Parameters
    ----------
    claims : iterable of Claim
        What is to be broken. With more than one process they have to be known by name, or stated in ``files``.
    limit : int or None
        Mutants of each claim, at most; ``None`` examines all.
    seed : int
        Seeds the choice of mutants and everything random in the rungs.
    jobs : int
        Processes; 1 works in this one.
    files : sequence of Path
        Where the claims are stated, see :func:`theory.collection.chosen_claims`; each process reads them for itself,
        because a claim may hold functions, which cannot be sent.
    on_progress : callable, optional
        Told how many mutants were examined so far, and of how many.

    Returns
    -------
    MutationReport
        Of everything, or of what was found before an interruption from the keyboard.
    """
    claims = tuple(claims)
    available: dict[str, int] = {}
    found: dict[tuple[str, int], Finding] = {}
    interrupted = False
    try:
        portions = []
        for claim in claims:
            broken = list(mutants(claim))
            available[claim.name] = len(broken)
            indices = chosen(broken, limit, f"{seed} {claim.name}")
            portions += [(claim.name, indices[i : i + _PORTION]) for i in range(0, len(indices), _PORTION)]
        run = _here(claims, portions, seed) if jobs == 1 else _in_processes(portions, seed, jobs, files)
        for name, results in run:
            found |= {(name, index): finding for index, finding in results}
            if on_progress:
                on_progress(len(found), sum(len(indices) for _, indices in portions))
    except KeyboardInterrupt:
        interrupted = True
    scores = tuple(
        ClaimScore(name, count, tuple(found[key] for key in sorted(found) if key[0] == name))
        for name, count in available.items()
    )
    return MutationReport(seed, limit, scores, interrupted)


Portion = tuple[str, list[int]]
Results = tuple[str, list[tuple[int, Finding]]]


def _here(claims: Sequence[Claim], portions: Sequence[Portion], seed: int) -> Iterator[Results]:
    by_name = {claim.name: claim for claim in claims}
    with Solvers() as solvers:
        bench = Bench(solvers, seed=seed)
        for name, indices in portions:
            yield name, _examined(by_name[name], indices, bench)


def _examined(claim: Claim, indices: Sequence[int], bench: Bench) -> list[tuple[int, Finding]]:
    broken = list(mutants(claim))
    return [(index, examine(claim, broken[index], bench)) for index in indices]


def _in_processes(portions: Sequence[Portion], seed: int, jobs: int, files: Sequence[Path]) -> Iterator[Results]:
    # Spawned: a fork of a process whose progress bar runs in a thread may inherit a lock that nobody will release.
    workers = min(jobs, max(1, len(portions)))
    pool = multiprocessing.get_context("spawn").Pool(workers, _prepare, (seed, tuple(files)))
    try:
        yield from pool.imap_unordered(_portion, portions)
        pool.close()
    except BaseException:
        pool.terminate()
        raise
    finally:
        pool.join()


class _Process:
    """What a process of the pool keeps."""

    bench: Bench
    claims: Mapping[str, Claim]


def _prepare(seed: int, files: Sequence[Path]) -> None:
    # Ctrl-C is for the parent to handle; it ends this process, which then ends its solvers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    _Process.bench = Bench(Solvers(), seed=seed)
    _Process.claims = {claim.name: claim for claim in chosen_claims((), files)}


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows must not be cut short
    sys.exit(128 + number)


def _portion(portion: Portion) -> Results:
    name, indices = portion
    return name, _examined(_Process.claims[name], indices, _Process.bench)
