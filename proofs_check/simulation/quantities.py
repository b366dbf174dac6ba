"""Every quantity that the library derives, measured instead: on simulated tasks, at one point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import sympy as sp

from numerics.sampling import Floats
from proofs_check.simulation.workbench import ClassMeans, IsotropicClass, Measuring, NotMeasurable
from theory.arithmetic import evaluate, float_number
from theory.claim import ScalarQuantity
from theory.gain import ClassQuantity, PairName, PairQuantity, Setting, Substituted
from theory.krylov import KrylovMoment
from theory.methods.linear import LinearMethod, LinearQuantity
from theory.methods.parameters import parameters_of
from theory.moments import IsotropicMoment
from theory.symbols import R2, V_E, V_H, V, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H, share

__all__ = ["NotMeasurable", "Values", "inputs_of", "largest_step", "measure", "settings_of", "value_of"]

_PAIR: set[sp.Symbol] = {rho_E, rho_H, p, R2, V_E, V_H, nu2_E, nu2_H}
#: Exact values, and jackknife replicates of measured ones, by symbol.
Values = Mapping[sp.Symbol, Any]


def inputs_of(quantity: ScalarQuantity) -> frozenset[sp.Symbol]:
    """Return the symbols whose values a measurement needs."""
    if isinstance(quantity, Substituted):
        replaced = dict(quantity.replacements)
        kept = inputs_of(quantity.quantity) - replaced.keys()
        return kept.union(*(sp.sympify(value).free_symbols for value in replaced.values()))
    if isinstance(quantity, IsotropicMoment | KrylovMoment):
        return frozenset({d, m})
    if isinstance(quantity, ClassQuantity):
        return frozenset({rho, nu2, *_inner(quantity.setting)} | ({V} if quantity.name == "risk_at_centre" else set()))
    if isinstance(quantity, LinearQuantity):
        return frozenset(_PAIR | set(_inner(quantity.setting)) | _parameter_symbols(quantity.method))
    if isinstance(quantity, PairQuantity):
        own = {share} if quantity.name == "risk_at_share" else set()
        return frozenset(_PAIR | set(_inner(quantity.setting)) | own)
    raise NotMeasurable(f"a {type(quantity).__name__} is only derived: nothing here knows how to measure it")


def _parameter_symbols(method: LinearMethod) -> set[sp.Symbol]:
    values = [getattr(method, item.name) for item in parameters_of(method)]
    single = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    return {symbol for value in single if isinstance(value, sp.Expr) for symbol in value.free_symbols}


def _inner(setting: Setting) -> set[sp.Symbol]:
    return {d, setting.step_size} if setting.population else {d, m, setting.step_size}


def settings_of(quantity: ScalarQuantity) -> list[Setting]:
    """Return the inner loop of a quantity, where it has one."""
    if isinstance(quantity, Substituted):
        return settings_of(quantity.quantity)
    return [quantity.setting] if isinstance(quantity, ClassQuantity | PairQuantity | LinearQuantity) else []


def largest_step(dimension: float, samples: float, steps: int) -> float:
    """Return how large alpha times the input variance may be for the risk after several reused steps to be measurable.

    The error is multiplied by ``(1 - alpha s)^K``, s being an eigenvalue of the sample covariance. Rare samples that
    make ``alpha s`` exceed 2 dominate a mean of powers 2 K, and a variance of powers 4 K, without ever being drawn.
    """
    if steps == 1:
        return float("inf")
    return 2 * samples / (sqrt(samples) + sqrt(dimension) + max(steps, 3)) ** 2


def measure(quantity: ScalarQuantity, values: Values, measuring: Measuring) -> Floats:
    """Measure a quantity.

    Parameters
    ----------
    quantity : ScalarQuantity
        What is derived elsewhere.
    values : mapping from symbol to number or replicates
        Values of :func:`inputs_of` the quantity.
    measuring : Measuring
        With which randomness and effort.

    Returns
    -------
    array, shape (1 + blocks,)
        Jackknife replicates.

    Raises
    ------
    NotMeasurable
        If nothing here knows how to measure it, or one of its inputs was itself measured.
    """
    if isinstance(quantity, Substituted):
        replaced = {symbol: value_of(sp.sympify(value), values) for symbol, value in quantity.replacements}
        return measure(quantity.quantity, {**values, **replaced}, measuring)
    if isinstance(quantity, IsotropicMoment):
        return measuring.of_moment(quantity.power, _count(values, d), _count(values, m))
    if isinstance(quantity, KrylovMoment):
        return measuring.of_drawn_moment(quantity.power, _count(values, d), _count(values, m))
    if isinstance(quantity, ClassQuantity):
        return _measure_class(quantity, values, measuring)
    if isinstance(quantity, PairQuantity):
        return _measure_pair(quantity.name, quantity.setting, values, measuring)
    if isinstance(quantity, LinearQuantity):
        return _measure_linear(quantity, values, measuring)
    raise NotMeasurable(f"a {type(quantity).__name__} is only derived: nothing here knows how to measure it")


def value_of(expression: sp.Expr, values: Values) -> Any:
    """Evaluate an expression: exactly where all its symbols are exact, else in floating point over all replicates.

    Where it divides by zero it is not a number.
    """
    exact = all(isinstance(values[symbol], Fraction) for symbol in expression.free_symbols)
    if exact:
        try:
            return Fraction(evaluate(expression, values))
        except ZeroDivisionError:
            return float("nan")
    floats = {symbol: _float(values[symbol]) for symbol in expression.free_symbols}
    with np.errstate(all="ignore"):
        return np.asarray(evaluate(expression, floats, float_number))


def _float(value: Any) -> Any:
    # NumPy's floats divide by zero without raising.
    return np.float64(value) if isinstance(value, Fraction) else value


def _exact(values: Values, symbol: sp.Symbol) -> Fraction:
    value = values[symbol]
    if not isinstance(value, Fraction):
        raise NotMeasurable(f"the value of {symbol} is itself measured or undefined, so nothing can be simulated at it")
    return value


def _count(values: Values, symbol: sp.Symbol) -> int:
    value = _exact(values, symbol)
    if value.denominator != 1 or value < 1:
        raise NotMeasurable(f"{symbol} = {value}, but a simulation needs a whole number, at least 1")
    return int(value)


def _class(
    values: Values,
    setting: Setting,
    symbols: tuple[sp.Symbol, sp.Symbol | None, sp.Symbol],
    distance2: Fraction,
    stream: int,
) -> IsotropicClass:
    variance, spread, noise = symbols
    return IsotropicClass(
        _count(values, d),
        _exact(values, variance),
        Fraction(0) if spread is None else _exact(values, spread),
        _exact(values, noise),
        distance2,
        _exact(values, setting.step_size),
        None if setting.population else _count(values, m),
        setting.steps,
        setting.data,
        stream,
    )


def _measure_class(quantity: ClassQuantity, values: Values, measuring: Measuring) -> Floats:
    spread = V if quantity.name == "risk_at_centre" else None
    means = measuring.of_class(_class(values, quantity.setting, (rho, spread, nu2), Fraction(1), 0))
    return {"curvature": 2 * means.rise, "noise_floor": means.noise_floor, "risk_at_centre": means.centre}[
        quantity.name
    ]


def _measure_linear(quantity: LinearQuantity, values: Values, measuring: Measuring) -> Floats:
    """Measure by the published update: how fast its mean grows with the distance from a class's centre."""
    setting, method = quantity.setting, quantity.method
    drift = method.drift(setting)
    if not drift.matrix.same_as(drift.target):
        raise NotMeasurable(f"an update of {method.name} mixes tasks, so that no class can be measured by itself")
    numbers = {item.name: _number(getattr(method, item.name), values) for item in parameters_of(method)}
    concrete = replace(method, **numbers)
    easy, hard = (
        measuring.of_weight(_class(values, setting, symbols, _exact(values, R2) or Fraction(1), stream), concrete)
        for stream, symbols in enumerate(((rho_E, V_E, nu2_E), (rho_H, V_H, nu2_H)))
    )
    if quantity.quantity in ("weight_easy", "weight_hard"):
        return easy if quantity.quantity == "weight_easy" else hard
    hard_weight = float(_exact(values, p))
    easy_drawn, hard_drawn = (float(weight) for weight in concrete.class_weights((1 - hard_weight, hard_weight)))
    with np.errstate(all="ignore"):
        easy_share = easy_drawn * easy / (easy_drawn * easy + hard_drawn * hard)
        if quantity.quantity == "share":
            return np.asarray(easy_share)
        risk = _measure_pair("risk_at_share", setting, {**values, share: easy_share}, measuring)
        if quantity.quantity == "risk":
            return risk
        if quantity.quantity == "gain_over_nal":
            return _measure_pair("risk_nal", setting, values, measuring) - risk
        return risk - _measure_pair("risk_maml", setting, values, measuring)


def _number(parameter: Any, values: Values) -> Any:
    """Return a parameter of a method as a number, or as several, where it is an expression."""
    if isinstance(parameter, tuple):
        return tuple(_number(item, values) for item in parameter)
    return value_of(parameter, values) if isinstance(parameter, sp.Expr) else parameter


def _measure_pair(name: PairName, setting: Setting, values: Values, measuring: Measuring) -> Floats:
    # Coinciding centres leave no line to put starts on; the shares are then those of any two centres.
    distance2 = _exact(values, R2)
    apart = 1.0 if distance2 else 0.0
    easy, hard = (
        measuring.of_class(_class(values, setting, symbols, distance2 or Fraction(1), stream))
        for stream, symbols in enumerate(((rho_E, V_E, nu2_E), (rho_H, V_H, nu2_H)))
    )
    hard_weight = float(_exact(values, p))
    pair = _Pair(easy, hard, 1 - hard_weight, hard_weight, apart)
    unit2 = float(distance2 or 1)
    measurements: dict[str, Callable[[], Floats]] = {
        "share_nal": lambda: pair.share_nal,
        "share_maml": lambda: pair.share_maml,
        "risk_at_share": lambda: pair.risk(_float(values[share])),
        "risk_nal": lambda: pair.risk(pair.share_nal),
        "risk_maml": lambda: pair.risk(pair.share_maml),
        "gain": lambda: pair.risk(pair.share_nal) - pair.risk(pair.share_maml),
        "ratio": lambda: pair.risk(pair.share_nal) / pair.risk(pair.share_maml),
        "noise_floor": lambda: pair.easy_weight * easy.noise_floor + pair.hard_weight * hard.noise_floor,
        "curvature_easy": lambda: 2 * easy.rise / unit2,
        "curvature_hard": lambda: 2 * hard.rise / unit2,
    }
    with np.errstate(all="ignore"):
        return measurements[name]()


class _Pair:
    """The measured risks of a mixture of two classes along the line through their centres."""

    def __init__(
        self, easy: ClassMeans, hard: ClassMeans, easy_weight: float, hard_weight: float, apart: float
    ) -> None:
        self.easy, self.hard, self.easy_weight, self.hard_weight = easy, hard, easy_weight, hard_weight
        self._apart = apart
        # The objectives are parabolas in the share: the measured minimiser balances how fast the classes' risks rise.
        adapted = easy_weight * easy.rise, hard_weight * hard.rise
        plain = easy_weight * easy.plain_rise, hard_weight * hard.plain_rise
        with np.errstate(all="ignore"):
            self.share_maml = adapted[0] / (adapted[0] + adapted[1])
            self.share_nal = plain[0] / (plain[0] + plain[1])

    def risk(self, easy_share: Any) -> Floats:
        """Excess risk after adaptation from the start that has this share of the easy centre."""
        far_from_easy, far_from_hard = (1 - easy_share) ** 2 * self._apart, easy_share**2 * self._apart
        return np.asarray(
            self.easy_weight * (far_from_easy * self.easy.rise + self.easy.centre)
            + self.hard_weight * (far_from_hard * self.hard.rise + self.hard.centre)
        )
