"""The paper's conditions, evaluated on one configuration: does MAML have anything to gain there, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.claim import Condition, EvaluatedMixture
from theory.formula import Operator
from theory.mixture import Array, Number, TaskClass

_Sides = tuple[Number, Operator, Number]


def _largest_squared_distance(arrays: list[Array]) -> Number:
    return max(((a - b) ** 2).sum() for a in arrays for b in arrays)


def _differ_in_hardness(evaluated: EvaluatedMixture) -> _Sides:
    return _largest_squared_distance([item.covariance for item in evaluated.mixture.classes]), ">", 0


def _centres_apart(evaluated: EvaluatedMixture) -> _Sides:
    return _largest_squared_distance([item.centre for item in evaluated.mixture.classes]), ">", 0


def _variance(item: TaskClass) -> Number | None:
    """Return rho where the covariance is rho I."""
    rho, size = item.covariance[0, 0], range(item.covariance.shape[0])
    isotropic = all(item.covariance[i, j] == (rho if i == j else 0) for i in size for j in size)
    return rho if isotropic else None


@dataclass(frozen=True)
class _Pair:
    """The easy and the hard class of an isotropic pair with one inner step on m samples."""

    easy: TaskClass
    hard: TaskClass
    rho_E: Number
    rho_H: Number
    alpha: Number
    m: int
    d: int

    @property
    def reach(self) -> Number:
        """Alpha (rho_E + rho_H)."""
        return self.alpha * (self.rho_E + self.rho_H)

    def shrinkage(self, rho: Number) -> Number:
        """Return s, what one step leaves of a class's curvature rho."""
        length = self.alpha * rho
        return 1 - 2 * length + length * length + length * length * (self.d + 1) / self.m


def _pair(evaluated: EvaluatedMixture) -> _Pair | None:
    """Read the mixture as an isotropic pair of different hardness, where it is one."""
    classes, loop = evaluated.mixture.classes, evaluated.inner_loop
    if len(classes) != 2 or loop.steps != 1 or loop.samples is None or any(item.weight == 0 for item in classes):
        return None
    first, second = _variance(classes[0]), _variance(classes[1])
    if first is None or second is None or first == second:
        return None
    hard, easy = (0, 1) if first < second else (1, 0)
    variances = (first, second)
    return _Pair(
        classes[easy],
        classes[hard],
        variances[easy],
        variances[hard],
        loop.step_size,
        loop.samples,
        evaluated.mixture.dimension,
    )


def _on_pairs(sides: Callable[[_Pair], _Sides | None]) -> Callable[[EvaluatedMixture], _Sides | None]:
    """Lift a condition on isotropic pairs to every mixture: it does not apply elsewhere."""

    def lifted(evaluated: EvaluatedMixture) -> _Sides | None:
        pair = _pair(evaluated)
        return None if pair is None else sides(pair)

    return lifted


def _hard_tilt(pair: _Pair) -> _Sides:
    return pair.reach + pair.reach * (pair.d + 1) / pair.m, "<", 2


def _enough_samples(pair: _Pair) -> _Sides | None:
    return None if pair.reach >= 2 else (pair.m, ">", (pair.d + 1) * pair.reach / (2 - pair.reach))


def _some_number_of_samples(pair: _Pair) -> _Sides:
    return pair.reach, "<", 2


def _packed(pair: _Pair) -> _Sides:
    v_E, v_H = pair.easy.weight * pair.rho_E, pair.hard.weight * pair.rho_H
    w_E, w_H = v_E * pair.shrinkage(pair.rho_E), v_H * pair.shrinkage(pair.rho_H)
    distance2 = ((pair.easy.centre - pair.hard.centre) ** 2).sum()
    moved = v_E / (v_E + v_H) - w_E / (w_E + w_H)
    return pair.hard.spread.trace(), "<=", (w_E + w_H) * moved * moved * distance2 / w_H


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "collins2022.same-covariance-no-gain",
        "tasks differ in hardness (largest squared distance between class covariances > 0); otherwise the gain is 0",
        _differ_in_hardness,
    ),
    Condition(
        "collins2022.same-centre-no-gain",
        "class centres differ (largest squared distance > 0); otherwise the gain is 0",
        _centres_apart,
    ),
    Condition(
        "collins2022.hard-tilt-iff",
        "MAML moves towards the hard centre: alpha (rho_E + rho_H)(1 + (d+1)/m) < 2",
        _on_pairs(_hard_tilt),
    ),
    Condition(
        "collins2022.hard-tilt-samples",
        "m exceeds the number of samples from which MAML moves towards the hard centre",
        _on_pairs(_enough_samples),
    ),
    Condition(
        "collins2022.hard-tilt-impossible",
        "some number of samples would move MAML towards the hard centre: alpha (rho_E + rho_H) < 2",
        _on_pairs(_some_number_of_samples),
    ),
    Condition(
        "collins2022.ratio-needs-packing",
        "hard tasks packed closely enough for a ratio of 2 (t = 1): V_H <= (w_E + w_H)(shift of share)^2 R2 / w_H",
        _on_pairs(_packed),
    ),
)
