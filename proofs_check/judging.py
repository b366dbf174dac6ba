"""Judging one claim: past every rung of the ladder that applies to it, here or wherever a worker is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from numerics.scheduling import is_local
from proofs_check.budget import Budget, budget_named
from proofs_check.errands import Work
from proofs_check.instances import judge_instances
from proofs_check.line import judge_on_a_line
from proofs_check.matrix import judge_matrix
from proofs_check.scalar import judge_scalar
from proofs_check.simulate import Workbench, simulate_claim
from proofs_check.solvers import Solvers
from proofs_check.verdict import Evidence, Obligation, Verdict, conclude
from theory.claim import Claim, Expectation, Limit, MatrixIdentity, Monotonicity, PositiveDefinite, Statement

__all__ = ["judge", "judging", "obligations_of"]


def obligations_of(claim: Claim) -> tuple[Obligation, ...]:
    """Return what must be proved for a claim to count as proved."""
    needed = [Obligation.CONCLUSION]
    if any(layer.definition is not None and layer.derivation is not None for layer in claim.layers):
        needed.append(Obligation.DERIVATION)
    if isinstance(claim.conclusion, PositiveDefinite):
        needed.append(Obligation.POSITIVITY)
    return tuple(needed)


def judge(
    claim: Claim, *, budget: Budget, seed: int, false_alarm: float, workbench: Workbench, solvers: Solvers
) -> Verdict:
    """Run one claim past every rung that applies to it.

    Parameters
    ----------
    claim : Claim
        What is to be judged.
    budget : Budget
        Limits of the rungs.
    seed : int
        Seeds everything random.
    false_alarm : float
        Probability with which the simulation may contradict this claim though it is true.
    workbench : Workbench
        Measurements that claims of one run share.
    solvers : Solvers
        The solvers to ask, started once for all claims of a run.
    """
    evidence: list[Evidence] = []
    if isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        evidence.extend(judge_scalar(claim, budget=budget, seed=seed, solvers=solvers))
    elif isinstance(claim.conclusion, MatrixIdentity | Expectation | PositiveDefinite):
        evidence.extend(judge_matrix(claim, budget=budget, seed=seed))
    evidence.extend(judge_instances(claim, examples=budget.mixtures, seed=seed))
    evidence.extend(judge_on_a_line(claim, examples=budget.mixtures, seed=seed))
    evidence.extend(simulate_claim(claim, budget=budget, seed=seed, false_alarm=false_alarm, workbench=workbench))
    return conclude(claim.name, evidence, obligations_of(claim))


@contextmanager
def judging(budget: str, seed: int, false_alarm: float, scheduler: str, workers: int | None) -> Iterator[Work[Verdict]]:
    """Make what judges the claims of a run, wherever they are judged.

    Parameters
    ----------
    budget, seed, false_alarm : str, int, float
        As :func:`judge` takes them.
    scheduler, workers : str, int or None
        Who judges. In this thread, solvers and measurements are shared by all claims, and end with this context; a
        thread or process of a pool has its own, which end with it; on a cluster, whose workers stay, each claim has
        its own.
    """
    work = _Judging(budget, seed, false_alarm, keeps=is_local(scheduler))
    if scheduler == "threads" and workers == 1:
        with Solvers() as solvers:
            workbench = Workbench()
            yield lambda claim: work.judge(claim, workbench, solvers)
    else:
        yield work


class _Kept(threading.local):
    """What the claims that one thread judges share."""

    def __init__(self) -> None:
        self.workbench, self.solvers = Workbench(), Solvers()


_KEPT = _Kept()


@dataclass(frozen=True)
class _Judging:
    """Judges claims in a worker; it is sent to each.

    Parameters
    ----------
    budget, seed, false_alarm : str, int, float
        As :func:`judge` takes them.
    keeps : bool
        Whether the worker keeps its solvers for the next claim.
    """

    budget: str
    seed: int
    false_alarm: float
    keeps: bool

    def __call__(self, claim: Claim) -> Verdict:
        if self.keeps:
            return self.judge(claim, _KEPT.workbench, _KEPT.solvers)
        with Solvers() as solvers:
            return self.judge(claim, Workbench(), solvers)

    def judge(self, claim: Claim, workbench: Workbench, solvers: Solvers) -> Verdict:
        """Judge a claim with these tools."""
        return judge(
            claim,
            budget=budget_named(self.budget),
            seed=self.seed,
            false_alarm=self.false_alarm,
            workbench=workbench,
            solvers=solvers,
        )
