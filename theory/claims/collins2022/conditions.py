"""The paper's conditions, evaluated on one configuration: does MAML have anything to gain there, and why."""

from __future__ import annotations

from collections.abc import Callable

from theory.claim import Condition, EvaluatedMixture, IsotropicPair, PairCondition
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


def _pair(evaluated: EvaluatedMixture) -> IsotropicPair | None:
    """Read the mixture as an isotropic pair of different hardness, where it is one."""
    classes, loop = evaluated.mixture.classes, evaluated.inner_loop
    if len(classes) != 2 or loop.steps != 1 or loop.samples is None or any(item.weight == 0 for item in classes):
        return None
    first, second = _variance(classes[0]), _variance(classes[1])
    if first is None or second is None or first == second:
        return None
    hard, easy = classes if first < second else classes[::-1]
    return IsotropicPair(
        q=easy.weight,
        p=hard.weight,
        rho_E=max(first, second),
        rho_H=min(first, second),
        R2=((easy.centre - hard.centre) ** 2).sum(),
        V_H=hard.spread.trace(),
        alpha=loop.step_size,
        m=loop.samples,
        d=evaluated.mixture.dimension,
    )


def _on_pairs(condition: PairCondition) -> Callable[[EvaluatedMixture], _Sides | None]:
    """Lift a condition on isotropic pairs to every mixture: it does not apply elsewhere."""

    def lifted(evaluated: EvaluatedMixture) -> _Sides | None:
        pair = _pair(evaluated)
        return condition.sides(pair) if pair is not None and condition.applies(pair) else None

    return lifted


def _reach(pair: IsotropicPair) -> Number:
    return pair.alpha * (pair.rho_E + pair.rho_H)


def _hard_tilt(pair: IsotropicPair) -> _Sides:
    return _reach(pair) + _reach(pair) * (pair.d + 1) / pair.m, "<", 2


def _enough_samples(pair: IsotropicPair) -> _Sides:
    return pair.m, ">", (pair.d + 1) * _reach(pair) / (2 - _reach(pair))


def _some_number_of_samples(pair: IsotropicPair) -> _Sides:
    return _reach(pair), "<", 2


def _shrinkage(pair: IsotropicPair, rho: Number) -> Number:
    """Return s, what one step leaves of a class's curvature rho."""
    length = pair.alpha * rho
    return 1 - 2 * length + length * length + length * length * (pair.d + 1) / pair.m


def _packed(pair: IsotropicPair) -> _Sides:
    v_E, v_H = pair.q * pair.rho_E, pair.p * pair.rho_H
    w_E, w_H = v_E * _shrinkage(pair, pair.rho_E), v_H * _shrinkage(pair, pair.rho_H)
    moved = v_E / (v_E + v_H) - w_E / (w_E + w_H)
    return pair.V_H, "<=", (w_E + w_H) * moved * moved * pair.R2 / w_H


_HARD_TILT, _IMPOSSIBLE, _PACKED = map(PairCondition, (_hard_tilt, _some_number_of_samples, _packed))
_SAMPLES = PairCondition(_enough_samples, applies=lambda pair: _reach(pair) < 2)

CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "collins2022.same-covariance-no-gain",
        "tasks differ in hardness (largest squared distance between class covariances > 0); otherwise the gain is 0",
        _differ_in_hardness,
        PairCondition(lambda pair: (pair.d * (pair.rho_E - pair.rho_H) ** 2, ">", 0)),
    ),
    Condition(
        "collins2022.same-centre-no-gain",
        "class centres differ (largest squared distance > 0); otherwise the gain is 0",
        _centres_apart,
        PairCondition(lambda pair: (pair.R2, ">", 0)),
    ),
    Condition(
        "collins2022.hard-tilt-iff",
        "MAML moves towards the hard centre: alpha (rho_E + rho_H)(1 + (d+1)/m) < 2",
        _on_pairs(_HARD_TILT),
        _HARD_TILT,
    ),
    Condition(
        "collins2022.hard-tilt-samples",
        "m exceeds the number of samples from which MAML moves towards the hard centre",
        _on_pairs(_SAMPLES),
        _SAMPLES,
    ),
    Condition(
        "collins2022.hard-tilt-impossible",
        "some number of samples would move MAML towards the hard centre: alpha (rho_E + rho_H) < 2",
        _on_pairs(_IMPOSSIBLE),
        _IMPOSSIBLE,
    ),
    Condition(
        "collins2022.ratio-needs-packing",
        "hard tasks packed closely enough for a ratio of 2 (t = 1): V_H <= (w_E + w_H)(shift of share)^2 R2 / w_H",
        _on_pairs(_PACKED),
        _PACKED,
    ),
)
