"""The closed forms of an isotropic pair over whole grids: fast, and to 1e-12 even where the gain nearly vanishes.

The derived expressions become straight-line code, run block by block so that everything stays in the cache, by NumPy or
compiled by numba, with the same bits either way. What may cancel is compared with how much its rounding errors can have
grown; the few points where float64 does not suffice are evaluated again with twice the digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.double_double import DoubleDouble, double_double
from numerics.sampling import Floats
from theory import arithmetic
from theory.errors import MissingExtraError, UnknownNameError
from theory.factored import SUMMARIES, factors, floor_E, floor_H, q, rounding, s_E, s_H, slope, summaries
from theory.gain import Setting
from theory.mixture import InnerLoop, Mixture, are_isotropic
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho, rho_E, rho_H

__all__ = ["PAIR_OUTPUTS", "PAIR_STEPS", "PAIR_SYMBOLS", "PairForms", "isotropic_gain"]

#: What can be evaluated.
PAIR_OUTPUTS = (*SUMMARIES, "ratio")
#: What it takes: ``q`` is 1 - p, given apart so that no digits are lost where p is near 1.
PAIR_SYMBOLS = (p, q, rho_E, rho_H, alpha, m, d, R2, V_E, V_H, nu2_E, nu2_H)

#: Inner steps up to which the derived polynomials are compact; more are left to :mod:`numerics.closed_form`.
PAIR_STEPS = 4

#: Points that NumPy evaluates at a time: their arrays fit the first two levels of a cache.
_BLOCK = 4096
#: Where an expression is below this share of what its rounding errors are relative to, float64 is not trusted.
_TRUSTED = 2.0**-6

Code = Callable[..., Any]


class PairForms:
    """Closed forms of the isotropic pair for one kind of inner loop.

    Parameters
    ----------
    setting : Setting
        Steps, data reuse, and whether the samples are infinitely many.
    outputs : iterable of str
        Which of :data:`PAIR_OUTPUTS`.
    compiled : bool
        Whether numba compiles the code, once in a process and in about a second.

    Raises
    ------
    UnknownNameError
        If there is no such output.
    MissingExtraError
        If numba is asked for and missing.
    """

    def __init__(self, setting: Setting, outputs: Iterable[str], *, compiled: bool = False) -> None:
        self.outputs = tuple(outputs)
        for name in self.outputs:
            if name not in PAIR_OUTPUTS:
                raise UnknownNameError.among("closed form of the pair", name, PAIR_OUTPUTS)
        self.setting, self.compiled = setting, compiled
        parts = dict.fromkeys(part for name in self.outputs for part in _PARTS.get(name, (name,)))
        self._summaries = tuple(parts)
        self._needed = _factor_symbols(self._summaries)

    def __call__(self, values: Mapping[sp.Symbol, Floats | float]) -> dict[str, Floats]:
        """Evaluate at points.

        Parameters
        ----------
        values : mapping from symbol to float or array, shape (points,)
            For all of :data:`PAIR_SYMBOLS`, ``m`` excepted where samples are infinitely many.

        Returns
        -------
        dict from output to array, shape (points,)
            NaN where MAML's optimum is not unique, or where the ratio is one of zeros.
        """
        points = next((np.size(value) for value in values.values() if np.ndim(value)), 1)
        varying = frozenset(symbol for symbol, value in values.items() if np.ndim(value))
        code = _code(self.setting, self._summaries, varying, self.compiled)
        results, suspects = np.empty((len(self._summaries), points)), []
        with np.errstate(all="ignore"):  # what is beyond float64 shows as inf or NaN
            step = points if self.compiled else _BLOCK
            for start in range(0, points, step):
                block = slice(start, min(start + step, points))
                here = [value[block] if np.ndim(value) else value for value in _in_order(values)]
                suspect = code(here, results[:, block])
                if np.any(suspect):
                    suspects.append(np.flatnonzero(suspect) + start)
            if suspects:
                self._evaluate_again(values, np.concatenate(suspects), results)
            named = dict(zip(self._summaries, results, strict=True))
            if "ratio" in self.outputs:
                named["ratio"] = named["risk_nal"] / named["risk_maml"]
        return {name: named[name] for name in self.outputs}

    def _evaluate_again(self, values: Mapping[sp.Symbol, Any], points: Any, results: Floats) -> None:
        """Evaluate the factors at some points with twice the digits, and what follows from them in float64."""
        some = {symbol: value[points] if np.ndim(value) else value for symbol, value in values.items()}
        exact = {symbol: DoubleDouble(value) for symbol, value in some.items()}
        for symbol in self._needed:
            polynomial = _polynomial(self.setting, symbol)
            some[symbol] = arithmetic.evaluate(polynomial, exact, double_double).rounded()
        for row, name in enumerate(self._summaries):
            results[row, points] = arithmetic.evaluate(getattr(summaries(), name), some, arithmetic.float_number)


def isotropic_gain(mixture: Mixture, inner_loop: InnerLoop) -> float | None:
    """Return the gain on a mixture that is an isotropic pair, to full accuracy, or ``None`` if it is not one.

    Parameters
    ----------
    mixture, inner_loop : Mixture, InnerLoop
        In float64.
    """
    if len(mixture.classes) != 2 or inner_loop.steps > PAIR_STEPS:
        return None
    first, second = mixture.classes
    if not are_isotropic(mixture.covariances):
        return None
    values = dict.fromkeys(PAIR_SYMBOLS, 0.0) | {
        q: float(first.weight),
        p: float(second.weight),
        rho_E: float(first.covariance[0, 0]),
        rho_H: float(second.covariance[0, 0]),
        alpha: float(inner_loop.step_size),
        d: float(mixture.dimension),
        R2: float(((first.centre - second.centre) ** 2).sum()),
    }
    if inner_loop.samples is not None:
        values[m] = float(inner_loop.samples)
    setting = Setting(inner_loop.steps, inner_loop.data, population=inner_loop.samples is None)
    gain = float(PairForms(setting, ("gain",))(values)["gain"][0])
    return gain if np.isfinite(gain) else None


#: What an output is put together from, where it is not derived under its own name.
_PARTS: Mapping[str, tuple[str, ...]] = {"ratio": ("risk_nal", "risk_maml")}
#: The polynomial behind each symbol of a factor, and whose input variance it takes.
_FACTOR_OF: Mapping[sp.Symbol, tuple[str, dict[sp.Symbol, sp.Symbol]]] = {
    s_E: ("shrinkage", {rho: rho_E}),
    s_H: ("shrinkage", {rho: rho_H}),
    slope: ("slope", {}),
    floor_E: ("floor", {rho: rho_E}),
    floor_H: ("floor", {rho: rho_H}),
}


@cache
def _polynomial(setting: Setting, symbol: sp.Symbol) -> sp.Expr:
    """Return the polynomial that the symbol of a factor stands for."""
    expression, renamed = _FACTOR_OF[symbol]
    return getattr(factors(setting), expression).xreplace(renamed)


def _in_order(values: Mapping[sp.Symbol, Any]) -> list[Any]:
    return [values.get(symbol, np.inf) for symbol in PAIR_SYMBOLS]


def _factor_symbols(names: Sequence[str]) -> tuple[sp.Symbol, ...]:
    """Return the factors that some summaries are made of."""
    free = {symbol for name in names for symbol in getattr(summaries(), name).free_symbols}
    return tuple(symbol for symbol in _FACTOR_OF if symbol in free)


@cache
def _code(setting: Setting, names: tuple[str, ...], varying: frozenset[sp.Symbol], compiled: bool) -> Code:
    """Make the function that evaluates a block: takes values and rows to fill, returns which points are suspect."""
    polynomials = {symbol: _polynomial(setting, symbol) for symbol in _factor_symbols(names)}
    bounds = [rounding(polynomial) for polynomial in polynomials.values()]
    results = [getattr(summaries(), name) for name in names]
    replacements, reduced = sp.cse([*polynomials.values(), *bounds, *results], symbols=sp.numbered_symbols("x"))
    count, lines = len(polynomials), []
    # Common subexpressions of the results may use the factors, so each is written when all that it uses is known.
    known = {str(symbol) for symbol in PAIR_SYMBOLS}
    pending = [(str(symbol), expression) for symbol, expression in replacements]
    pending += [(str(symbol), expression) for symbol, expression in zip(polynomials, reduced, strict=False)]
    while pending:
        ready = [item for item in pending if {str(symbol) for symbol in item[1].free_symbols} <= known]
        lines += [f"{name} = {_python(expression)}" for name, expression in ready]
        known |= {name for name, _ in ready}
        pending = [item for item in pending if item not in ready]
    checks = [
        f"(abs({symbol}) <= {_TRUSTED!r} * ({_python(bound)}))"
        for symbol, bound in zip(polynomials, reduced[count : 2 * count], strict=True)
        if not _is_positive(polynomials[symbol])
    ]
    suspect = " | ".join(checks) or "False"
    outputs = [_python(expression) for expression in reduced[2 * count :]]
    return _compiled(lines, suspect, outputs, varying) if compiled else _interpreted(lines, suspect, outputs)


def _is_positive(polynomial: sp.Expr) -> bool:
    """Whether nothing in it can cancel."""
    return not any(number.is_negative for number in polynomial.atoms(sp.Rational))


def _interpreted(lines: Sequence[str], suspect: str, outputs: Sequence[str]) -> Code:
    body = [f"({', '.join(map(str, PAIR_SYMBOLS))},) = values", *lines, f"suspect = {suspect}"]
    body += [f"results[{row}] = {output}" for row, output in enumerate(outputs)]
    return _function("block(values, results)", [*body, "return suspect"])


def _compiled(lines: Sequence[str], suspect: str, outputs: Sequence[str], varying: frozenset[sp.Symbol]) -> Code:
    try:
        from numba import njit
    except ImportError:
        raise MissingExtraError.of("a compiled grid", "numba", "fast") from None
    loop = [f"{symbol} = {symbol}_[i]" for symbol in PAIR_SYMBOLS if symbol in varying]
    # A mark in the first result, rather than an array of flags, is one thing less to write to memory; their number says
    # whether it has to be looked at again.
    first, *others = outputs
    loop += [*lines, f"flag = {suspect}", "suspects += flag", f"results[0, i] = nan if flag else {first}"]
    loop += [f"results[{row}, i] = {output}" for row, output in enumerate(others, start=1)]
    arguments = [f"{symbol}_" if symbol in varying else str(symbol) for symbol in PAIR_SYMBOLS]
    body = ["suspects = 0", "for i in range(results.shape[1]):", *(f"    {line}" for line in loop), "return suspects"]
    kernel = njit(nogil=True, error_model="numpy")(_function(f"kernel({', '.join(arguments)}, results)", body))

    def block(values: Sequence[Any], results: Floats) -> Any:
        return np.isnan(results[0]) if kernel(*values, results) else False

    return block


def _function(signature: str, body: Sequence[str]) -> Code:
    """Make a function of lines that were printed from derived expressions."""
    scope: dict[str, Any] = {"nan": np.nan, "square": np.square}
    exec(f"def {signature}:\n" + "\n".join(f"    {line}" for line in body), scope)
    function: Code = scope[signature.partition("(")[0]]
    return function


def _python(expression: sp.Expr) -> str:
    """Print a rational expression so that NumPy and numba do the same operations in the same order."""
    if isinstance(expression, sp.Rational):
        return repr(arithmetic.float_number(int(expression.p), int(expression.q)))
    if isinstance(expression, sp.Symbol):
        return str(expression)
    if isinstance(expression, sp.Abs):
        return f"abs({_python(expression.args[0])})"
    if isinstance(expression, sp.Pow):
        base, exponent = _python(expression.base), int(expression.exp)
        product = _raised(base, abs(exponent))
        return product if exponent > 0 else f"1.0/({product})"
    if isinstance(expression, sp.Add):
        first, *others = sorted(expression.as_ordered_terms(), key=sp.Expr.could_extract_minus_sign)
        terms = [("-", -term) if term.could_extract_minus_sign() else ("+", term) for term in others]
        return f"({_python(first)})" + "".join(f" {sign} ({_python(term)})" for sign, term in terms)
    numerator, denominator = expression.as_numer_denom()
    if denominator != 1:
        return f"({_python(numerator)})/({_python(denominator)})"
    # Factors of the same power are multiplied before they are raised to it: every pass over an array counts.
    by_power: dict[int, list[str]] = {}
    for base, power in (factor.as_base_exp() for factor in expression.as_ordered_factors()):
        by_power.setdefault(int(power), []).append(f"({_python(base)})")
    return "*".join(_raised("*".join(factors), power) for power, factors in by_power.items())


def _raised(product: str, power: int) -> str:
    """Print a power as squares, of which each is one pass over an array, and a rest."""
    return "*".join([f"square({product})"] * (power // 2) + [f"({product})"] * (power % 2))
