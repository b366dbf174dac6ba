from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from theory.arithmetic import evaluate
from theory.errors import ClaimError
from theory.gain import (
    ClassQuantity,
    MatrixQuantity,
    Objective,
    PairQuantity,
    Setting,
    Substituted,
    commuting_optimum,
    derive_pair,
    small_step_gain,
)
from theory.symbols import R2, V_E, V_H, V, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H, share
from theory.words import IDENTITY, bilinear, letter, scalar, vector

POINT = {
    key: Fraction(value)
    for key, value in {
        p: "2/5", rho_E: "3/2", rho_H: "1/4", alpha: "2/3", m: 6, d: 3, R2: 5, V_E: "1/2", V_H: "1/9",
        nu2_E: "1/3", nu2_H: "1/7",
    }.items()
}  # fmt: skip

SETTINGS = [
    Setting(steps, data, population) for steps in (1, 2) for data in ("reused", "fresh") for population in (0, 1)
]


def value(expression, **extra):
    return evaluate(expression, POINT | {sp.Symbol(name): Fraction(item) for name, item in extra.items()})


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_no_share_does_better_than_the_derived_one(setting):
    best = value(PairQuantity("share_maml", setting).expression())
    risk = PairQuantity("risk_at_share", setting).expression()
    at_best = evaluate(risk, POINT | {share: best})
    assert at_best == value(PairQuantity("risk_maml", setting).expression())
    for offset in (Fraction(1, 100), Fraction(-1, 100), Fraction(1)):
        assert evaluate(risk, POINT | {share: best + offset}) > at_best


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_gain_and_ratio_come_from_the_two_risks(setting):
    nal, maml = (value(PairQuantity(name, setting).expression()) for name in ("risk_nal", "risk_maml"))
    assert value(PairQuantity("gain", setting).expression()) == nal - maml
    assert value(PairQuantity("ratio", setting).expression()) == nal / maml


def test_nal_weighs_each_class_by_its_curvature():
    """Minimise (1-p) rho_E x^2 + p rho_H (1-x)^2 by hand: x = p rho_H / (p rho_H + (1-p) rho_E)."""
    hard, easy = POINT[p] * POINT[rho_H], (1 - POINT[p]) * POINT[rho_E]
    assert value(PairQuantity("share_nal").expression()) == easy / (easy + hard)


def test_the_risk_of_one_step_by_hand():
    """Each class adds its share of rho (1 - 2 a rho + (1 + (d+1)/m) a^2 rho^2) / 2 times the squared distance, and of
    a^2 nu2 d rho^2 / (2m)."""
    step, kappa, at = POINT[alpha], 1 + (POINT[d] + 1) / POINT[m], Fraction(1, 3)
    total = noise = Fraction(0)
    for weight, variance, spread, label, distance in (
        (1 - POINT[p], POINT[rho_E], POINT[V_E], POINT[nu2_E], 1 - at),
        (POINT[p], POINT[rho_H], POINT[V_H], POINT[nu2_H], at),
    ):
        left = variance * (1 - 2 * step * variance + kappa * (step * variance) ** 2)
        noise += weight * step**2 * label * POINT[d] * variance**2 / (2 * POINT[m])
        total += weight * left * (distance**2 * POINT[R2] + spread) / 2
    assert value(PairQuantity("noise_floor").expression()) == noise
    assert evaluate(PairQuantity("risk_at_share").expression(), POINT | {share: at}) == total + noise


def test_a_setting_is_one_step_on_a_finite_sample_unless_it_says_otherwise():
    assert Setting() == Setting(1, "reused", False, alpha)
    assert (Setting().samples, Setting(population=True).samples) == (m, sp.oo)


def test_a_matrix_quantity_is_the_one_that_it_names():
    assert MatrixQuantity("curvature").polynomial().same_as(Setting().curvature())
    assert MatrixQuantity("noise_floor").polynomial().same_as(Setting().noise_floor())
    assert Setting().noise_floor().kind == "scalar"


def test_a_second_step_size_renames_the_first_in_matrices_too():
    beta = sp.Symbol("beta")
    renamed = MatrixQuantity("curvature", Setting(step_size=beta)).polynomial()
    assert beta in renamed.symbols
    assert alpha not in renamed.symbols
    assert MatrixQuantity("curvature").polynomial().symbols == {alpha, m}


def test_without_distance_there_is_no_gain():
    assert evaluate(PairQuantity("gain").expression(), POINT | {R2: Fraction(0)}) == 0


def test_a_second_step_size_is_a_symbol_of_its_own():
    beta = sp.Symbol("beta")
    expression = PairQuantity("share_maml", Setting(step_size=beta)).expression()
    assert beta in expression.free_symbols
    assert alpha not in expression.free_symbols
    assert value(expression, beta="2/3") == value(PairQuantity("share_maml").expression())


def test_substitution_replaces_all_symbols_at_once():
    quantity = Substituted(PairQuantity("share_nal"), ((rho_E, rho_H), (rho_H, rho_E)))
    swapped = evaluate(PairQuantity("share_nal").expression(), POINT | {rho_E: POINT[rho_H], rho_H: POINT[rho_E]})
    assert value(quantity.expression()) == swapped


def test_the_risk_at_the_centre_is_spread_times_curvature_plus_noise():
    values = {
        rho: Fraction(1, 2),
        alpha: Fraction(1, 3),
        m: Fraction(4),
        d: Fraction(2),
        V: Fraction(3),
        nu2: Fraction(1),
    }
    parts = {name: evaluate(ClassQuantity(name).expression(), values) for name in ("curvature", "noise_floor")}
    total = evaluate(ClassQuantity("risk_at_centre").expression(), values)
    assert total == parts["curvature"] * 3 / 2 + parts["noise_floor"]


@pytest.mark.parametrize("setting", [None, Setting(), Setting(2, "fresh")], ids=str)
def test_the_commuting_optimum_reduces_to_the_isotropic_pair(setting):
    """One eigendirection of two isotropic classes with centres 0 (easy) and 1 (hard) is 1 - share."""
    traces = {f"t_{k}_{r}": d * rho_k**r for k, rho_k in enumerate((rho_E, rho_H)) for r in range(1, 8)}
    names = {"p_0": 1 - p, "p_1": p, "lam_0": rho_E, "lam_1": rho_H, "c_0": 0, "c_1": 1} | traces
    reduced = commuting_optimum(2, setting).xreplace({sp.Symbol(k): sp.sympify(v) for k, v in names.items()})
    pair = PairQuantity("share_nal" if setting is None else "share_maml", setting or Setting())
    assert value(reduced) == 1 - value(pair.expression())


def test_the_objective_is_stationary_at_its_stationary_point_only():
    objective = Objective("H", "b", sp.Symbol("c"))
    direction = vector("u")
    assert not objective.slope(objective.stationary_point(), direction).terms
    assert objective.slope(vector("theta"), direction).terms


def test_the_objective_is_the_average_of_half_a_square():
    constant = sp.Symbol("c")
    theta = vector("theta")
    expanded = bilinear(theta, letter("H"), theta) / 2 - bilinear(theta, IDENTITY, vector("b")) + scalar(constant)
    assert Objective("H", "b", constant).value(theta).same_as(expanded)


def test_the_slope_points_the_way_the_objective_rises():
    theta, direction = vector("theta"), vector("u")
    expanded = bilinear(direction, letter("H"), theta) - bilinear(direction, IDENTITY, vector("b"))
    assert Objective("H", "b", sp.Symbol("c")).slope(theta, direction).same_as(expanded)


def test_the_small_step_gain_is_a_square_of_the_second_order_pull():
    assert small_step_gain().letters == {"Sbar^-1", "E[S2]", "|E[S theta*]", "|E[S2 theta*]"}
    pull = vector("E[S2 theta*]") - letter("E[S2]") * letter("Sbar^-1") * vector("E[S theta*]")
    assert small_step_gain().kind == "scalar"
    assert pull.kind == "vector"


def test_the_small_step_gain_matches_the_pair():
    """In one dimension with centres 0 and 1, against the second derivative of the pair's gain at alpha = 0."""
    second_order = sp.limit(sp.cancel(derive_pair(Setting())["gain"] / alpha**2), alpha, 0)
    weights = {rho_E: 1 - POINT[p], rho_H: POINT[p]}
    s1, s2 = (sum(w * POINT[r] ** k for r, w in weights.items()) for k in (1, 2))
    b1, b2 = POINT[p] * POINT[rho_H], POINT[p] * POINT[rho_H] ** 2
    arrays = {
        "Sbar^-1": np.array([[1 / s1]], dtype=object),
        "E[S2]": np.array([[s2]], dtype=object),
        "|E[S theta*]": np.array([b1], dtype=object),
        "|E[S2 theta*]": np.array([b2], dtype=object),
    }
    assert small_step_gain().evaluate(arrays, {}) == value(second_order.subs(R2, 1))


@pytest.mark.parametrize("steps", [0, -1, True, 1.5, "2", None])
def test_a_setting_of_no_whole_number_of_steps_is_refused(steps):
    with pytest.raises(ClaimError, match="give a whole number of at least 1"):
        Setting(steps)


def test_a_setting_of_one_step_is_allowed():
    assert Setting(1).steps == 1


@pytest.mark.parametrize(("name", "variance"), [("curvature_easy", rho_E), ("curvature_hard", rho_H)])
def test_the_curvatures_of_a_pair_are_those_of_its_classes(name, variance):
    derived = ClassQuantity("curvature").expression().xreplace({rho: variance})

    assert sp.expand(PairQuantity(name).expression() - derived) == 0


@pytest.mark.parametrize(
    ("replacements", "message"),
    [
        (((alpha,),), r"the replacement \(alpha,\) is no pair"),
        (((alpha, 1, 2),), "is no pair"),
        (((2 * alpha, sp.Integer(1)),), "what is replaced is"),
        (((alpha, "x"),), "what alpha becomes is"),
    ],
)
def test_a_replacement_that_is_none_is_refused(replacements, message):
    with pytest.raises(ClaimError, match=message):
        Substituted(PairQuantity("gain"), replacements)
