"""Every derived formula under a stable name: run the derivation, then arrange its result for reading.

Arranging means factoring and naming parts that are derived themselves; nothing is typed in. A name is that of the
quantity, with the family before it (none for matrices, ``class-`` for one isotropic class, ``pair-`` for the easy and
the hard one, ``commuting-`` for one common eigendirection, ``moment-`` for expectations over data) and the inner loop
after it (none for one step on m samples, else ``infinite``, ``2-reused``, ``2-fresh`` or ``2-infinite``). A method's
name stands for its drift, with one step on m samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

import sympy as sp

from theory.adaptation import adapted_error, step_on_form
from theory.gain import (
    ClassName,
    ClassQuantity,
    MatrixName,
    MatrixQuantity,
    Objective,
    Setting,
    commuting_curvature,
    coordinate_optimum,
    pair_quantities,
    small_step_gain,
)
from theory.methods import METHODS
from theory.methods.method import Method
from theory.moments import expectation
from theory.rendering.expressions import expression_latex, letter_latex
from theory.rendering.layout import Equation, Prose, Typeset
from theory.rendering.prose import escaped
from theory.rendering.settings import marked, setting_words
from theory.symbols import R2, V_E, V_H, V, alpha, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H
from theory.words import Polynomial, letter, vector

__all__ = ["DerivedFormula", "catalogue"]

_SETTINGS = {
    "": Setting(),
    "infinite": Setting(population=True),
    "2-reused": Setting(2, "reused"),
    "2-fresh": Setting(2, "fresh"),
    "2-infinite": Setting(2, population=True),
}
_CLASSES = 2


@dataclass(frozen=True)
class DerivedFormula:
    """A formula that the library derives from the definitions.

    Parameters
    ----------
    name : str
        Stable and unique.
    title : str
        What it is, in one plain phrase.
    typeset : callable
        Derives it.
    """

    name: str
    title: str
    typeset: Callable[[], Typeset]

    def _repr_latex_(self) -> str:
        from theory.rendering.documents import notebook_latex

        return notebook_latex(self)


@cache
def catalogue() -> dict[str, DerivedFormula]:
    """Return every derived formula by name; each is derived when first asked for, and then remembered."""
    formulas = [
        *_moments(),
        *_errors(),
        *_matrices(),
        *_optima(),
        *_isotropic_class(),
        *_commuting(),
        *_pair(),
        *_methods(),
    ]
    return {formula.name: replace(formula, typeset=cache(formula.typeset)) for formula in formulas}


def _named(name: str, suffix: str) -> str:
    return f"{name}-{suffix}" if suffix else name


def _single(lhs: str, derive: Callable[[], sp.Expr | Polynomial]) -> Callable[[], Typeset]:
    return lambda: Typeset((), Equation(lhs, "=", derive()))


def _arranged(expression: sp.Expr) -> sp.Expr:
    """Collect a polynomial by powers of the step size, each coefficient factored."""
    return sp.collect(sp.expand(expression), alpha, func=sp.factor)


def _by_powers(expression: sp.Expr) -> sp.Expr:
    """Collect a polynomial by powers of the step size and of the number of samples, each coefficient factored."""
    groups: dict[tuple[sp.Expr, sp.Expr], list[sp.Expr]] = defaultdict(list)
    for summand in sp.Add.make_args(sp.expand(expression)):
        powers = summand.as_powers_dict()
        groups[powers.get(alpha, sp.S.Zero), powers.get(m, sp.S.Zero)].append(summand)
    return sp.Add(*(sp.factor(sp.Add(*summands)) for summands in groups.values()))


def _moments() -> Iterator[DerivedFormula]:
    shat = letter("Shat")
    for name, word, latex in (
        ("moment-shat-b-shat", shat * letter("B") * shat, r"\hat{\Sigma} B \hat{\Sigma}"),
        ("moment-2", shat**2, r"\hat{\Sigma}^{2}"),
        ("moment-3", shat**3, r"\hat{\Sigma}^{3}"),
        ("moment-4", shat**4, r"\hat{\Sigma}^{4}"),
    ):
        yield DerivedFormula(
            name,
            "expectation of a word in the sample covariance of m Gaussian inputs",
            _single(rf"\mathbb{{E}}\bigl[{latex}\bigr]", partial(expectation, word, m)),
        )


def _errors() -> Iterator[DerivedFormula]:
    def typeset(steps: int) -> Typeset:
        error = adapted_error(steps)
        defined = (Equation("P", "=", error.propagator), Equation("C", "=", error.noise_channel))
        after = (r"P (\theta - \theta^*)", r"+ \tfrac{1}{m} C X^{\top} z")
        return Typeset(defined, Equation(r"\theta' - \theta^*", "=", after))

    for steps in (1, 2):
        yield DerivedFormula(
            _named("adapted-error", "" if steps == 1 else "2-reused"),
            f"error after {setting_words(Setting(steps))}, z being the label noise",
            partial(typeset, steps),
        )
    yield DerivedFormula(
        "fresh-step",
        "what an inner step on new data makes of the quadratic form B of the excess risk",
        _single("T(B)", lambda: step_on_form().curvature),
    )


def _matrices() -> Iterator[DerivedFormula]:
    quantities: tuple[tuple[str, MatrixName, str, str], ...] = (
        ("curvature", "curvature", "Q", "curvature of the risk after adaptation"),
        ("noise-floor", "noise_floor", "N", "what label noise adds to the risk after adaptation"),
    )
    for name, quantity, lhs, title in quantities:
        for suffix, setting in _SETTINGS.items():
            yield DerivedFormula(
                _named(name, suffix),
                f"{title}, {setting_words(setting)}",
                _single(marked(lhs, setting), MatrixQuantity(quantity, setting).polynomial),
            )


_NAL = Objective("Sbar", "E[S theta*]", sp.Symbol(r"c_{0}"))
_MAML = Objective("Qbar", "E[Q theta*]", sp.Symbol("c"))
_MEANS = {
    "Sbar": Equation(r"\bar{\Sigma}", "=", (r"\mathbb{E}[\Sigma]",)),
    "Qbar": Equation(r"\bar{Q}", "=", (r"\mathbb{E}[Q]",)),
    "c": Equation("c", "=", (r"\tfrac{1}{2} \mathbb{E}\bigl[\theta^{*\top} Q \theta^*\bigr]", r"+ \mathbb{E}[N]")),
}
_THETA_NAL, _THETA_MAML = letter_latex("theta_NAL"), letter_latex("theta_MAML")


def _defined(polynomial: Polynomial) -> tuple[Equation, ...]:
    """Define the averages that occur."""
    letters = {name.removesuffix("^-1") for name in polynomial.letters} | {str(s) for s in polynomial.symbols}
    return tuple(equation for name, equation in _MEANS.items() if name in letters)


def _rise() -> Polynomial:
    """Derive how much MAML's objective rises from its minimum at theta_MAML to theta_MAML + delta."""
    start, delta = vector("theta_MAML"), vector("delta")
    moment = letter("Qbar") * start
    rise = _MAML.value(start + delta) - _MAML.value(start)
    return rise.substitute({"|E[Q theta*]": moment})


def _optima() -> Iterator[DerivedFormula]:
    def equation(lhs: str, derive: Callable[[], Polynomial], *extra: Equation) -> Callable[[], Typeset]:
        def typeset() -> Typeset:
            value = derive()
            return Typeset((*_defined(value), *extra), Equation(lhs, "=", value))

        return typeset

    def delta(of: str) -> Equation:
        return Equation(r"\delta", "=", (of, f"- {_THETA_MAML}"))

    nal_risk, maml_risk = rf"\mathrm{{risk}}({_THETA_NAL})", rf"\mathrm{{risk}}({_THETA_MAML})"
    yield DerivedFormula("theta-nal", "NAL's optimum", equation(_THETA_NAL, _NAL.stationary_point))
    yield DerivedFormula("theta-maml", "MAML's optimum", equation(_THETA_MAML, _MAML.stationary_point))
    yield DerivedFormula(
        "risk",
        "excess risk after adaptation of an initialisation",
        equation(r"\mathrm{risk}(\theta)", lambda: _MAML.value(vector("theta"))),
    )
    yield DerivedFormula(
        "risk-nal",
        "excess risk after adaptation of NAL's optimum",
        equation(nal_risk, lambda: _MAML.value(_NAL.stationary_point())),
    )
    yield DerivedFormula(
        "risk-maml",
        "excess risk after adaptation of MAML's optimum",
        equation(maml_risk, lambda: _MAML.value(_MAML.stationary_point())),
    )
    yield DerivedFormula(
        "risk-decomposition",
        "how far the excess risk of an initialisation lies above MAML's",
        equation(rf"\mathrm{{risk}}(\theta) - {maml_risk}", _rise, delta(r"\theta")),
    )
    yield DerivedFormula("gain", "gain of MAML over NAL", equation(r"\mathrm{gain}", _rise, delta(_THETA_NAL)))
    yield DerivedFormula(
        "gain-small-step",
        "leading order of the gain of MAML over NAL for small step sizes",
        equation(r"\lim_{\alpha \to 0} \mathrm{gain} / \alpha^2", small_step_gain),
    )


def _isotropic_class() -> Iterator[DerivedFormula]:
    quantities: tuple[tuple[str, ClassName, str, str], ...] = (
        ("class-curvature", "curvature", "q", "curvature of one isotropic class, a multiple of the identity"),
        ("class-noise-floor", "noise_floor", "n", "what label noise adds to the risk of one isotropic class"),
        ("class-risk-at-centre", "risk_at_centre", "r", "excess risk of one isotropic class from its own centre"),
    )
    for name, quantity, lhs, title in quantities:
        for suffix, setting in _SETTINGS.items():
            yield DerivedFormula(
                _named(name, suffix),
                f"{title}, {setting_words(setting)}",
                _single(marked(lhs, setting), partial(_by_spread, ClassQuantity(quantity, setting))),
            )


def _by_spread(quantity: ClassQuantity) -> sp.Expr:
    """Derive a quantity, and separate what the spread of the optimal solutions causes from what label noise does."""
    expression = quantity.expression()
    return V * _arranged(sp.diff(expression, V)) + _arranged(expression.xreplace({V: sp.S.Zero}))


def _commuting() -> Iterator[DerivedFormula]:
    def typeset(learner: str, setting: Setting | None) -> Typeset:
        names = [sp.Symbol(f"q_{k}") for k in range(_CLASSES)]
        curvatures = [_by_powers(commuting_curvature(k, setting)) for k in range(_CLASSES)]
        layers = tuple(Equation(expression_latex(name), "=", q) for name, q in zip(names, curvatures, strict=True))
        optimum = sp.factor(coordinate_optimum(names))
        return Typeset(layers, Equation(rf"\theta_{{\mathrm{{{learner}}}}}", "=", optimum))

    where = (
        "one coordinate in a common eigendirection of two classes; lambda is a class's eigenvalue there, c its centre "
        "and t the traces of the powers of its covariance"
    )
    yield DerivedFormula("commuting-theta-nal", f"NAL's optimum: {where}", partial(typeset, "NAL", None))
    for suffix, setting in _SETTINGS.items():
        yield DerivedFormula(
            _named("commuting-theta-maml", suffix),
            f"MAML's optimum, {setting_words(setting)}: {where}",
            partial(typeset, "MAML", setting),
        )


_CURVATURES = (sp.Symbol("q_E"), sp.Symbol("q_H"))
_FLOORS = (sp.Symbol("n_E"), sp.Symbol("n_H"))
_EASY_WEIGHT = sp.Symbol("easy_weight")


def _pair() -> Iterator[DerivedFormula]:
    rows = (
        ("share_nal", r"\omega_{\mathrm{NAL}}", "share of the easy centre in NAL's optimum"),
        ("share_maml", r"\omega_{\mathrm{MAML}}", "share of the easy centre in MAML's optimum"),
        (
            "risk_at_share",
            r"\mathrm{risk}(\omega)",
            "excess risk on the line through the centres, omega being the share of the easy one",
        ),
        ("risk_nal", r"\mathrm{risk}_{\mathrm{NAL}}", "excess risk of NAL's optimum"),
        ("risk_maml", r"\mathrm{risk}_{\mathrm{MAML}}", "excess risk of MAML's optimum"),
        ("gain", r"\mathrm{gain}", "gain of MAML over NAL"),
        ("ratio", r"\mathrm{ratio}", "excess risk of NAL over that of MAML"),
        ("noise_floor", "n", "what label noise adds to every excess risk"),
    )
    for key, lhs, title in rows:
        for suffix, setting in _SETTINGS.items():
            if key == "share_nal" and suffix:
                continue  # NAL does not know of the inner loop
            inner_loop = "" if key == "share_nal" else f", {setting_words(setting)}"
            yield DerivedFormula(
                _named("pair-" + key.replace("_", "-"), suffix),
                f"isotropic easy and hard class: {title}{inner_loop}",
                partial(_pair_typeset, key, lhs, setting),
            )


def _pair_typeset(key: str, lhs: str, setting: Setting) -> Typeset:
    """Derive a quantity of the pair from named curvatures and noise floors, and define those by the inner loop."""
    quantities = _pair_quantities(setting.population)
    layers: dict[sp.Symbol, sp.Expr] = {}
    if key == "ratio":
        above, below = sp.symbols("r_NAL r_MAML")
        layers = {above: _separated(quantities["risk_nal"]), below: _separated(quantities["risk_maml"])}
        value = above / below
    else:
        value = _separated(quantities[key])
    used = value.free_symbols.union(*(layer.free_symbols for layer in layers.values()))
    quantity_of: tuple[tuple[ClassName, tuple[sp.Symbol, sp.Symbol]], ...] = (
        ("curvature", _CURVATURES),
        ("noise_floor", _FLOORS),
    )
    inner = {
        name: _arranged(ClassQuantity(quantity, setting).expression().xreplace({rho: variance, nu2: noise}))
        for quantity, names in quantity_of
        for name, variance, noise in zip(names, (rho_E, rho_H), (nu2_E, nu2_H), strict=True)
        if name in used
    }
    definitions = (Equation(expression_latex(name), "=", layer) for name, layer in (inner | layers).items())
    return Typeset(tuple(definitions), Equation(lhs, "=", value))


def _methods() -> Iterator[DerivedFormula]:
    for name, method in METHODS.items():
        title = f"{method.title}: what its update rule comes to"
        yield DerivedFormula(name, title, partial(_method_typeset, method.in_symbols()))


def _method_typeset(method: Method) -> Typeset:
    equations = [
        Equation(lhs, "=", _by_powers(rhs) if lhs.startswith("w(") else rhs) for lhs, rhs in method.equations()
    ]
    if not equations:
        words = f"{method.title} re-weights tasks {method.reweights}; its point of rest has no closed form"
        return Typeset((), Prose(escaped(words)))
    return Typeset(tuple(equations[:-1]), equations[-1])


@cache
def _pair_quantities(noiseless: bool) -> dict[str, sp.Expr]:
    return pair_quantities(_CURVATURES, (sp.S.Zero, sp.S.Zero) if noiseless else _FLOORS)


@cache
def _separated(expression: sp.Expr) -> sp.Expr:
    """Write what is linear in the squared distance, the spreads and the noise floors as a sum over these, factored.

    The weight 1 - p of the easy class gets a name while factoring, which would multiply it out.
    """
    named = expression.xreplace({1 - p: _EASY_WEIGHT})
    linear = (R2, V_E, V_H, *_FLOORS)
    parts = [sp.factor(sp.diff(named, symbol)) * symbol for symbol in linear]
    rest = sp.factor(named.xreplace(dict.fromkeys(linear, sp.S.Zero)))
    return sp.Add(rest, *parts).xreplace({_EASY_WEIGHT: 1 - p})
