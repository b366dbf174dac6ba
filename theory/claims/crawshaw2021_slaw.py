"""Claims on *SLAW* (Crawshaw, Košecká, 2109.08218): what the deviation of a loss stands for, and where SLAW ends.

Two isotropic tasks of equal probability, one of each class, with the same label noise. A point of rest divides the line
between the centres at the tilt ``t``, 0 at the easy and 1 at the hard one.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Limit, Source, Statement
from theory.formula import And, Formula, Iff, Implies, eq, ge, gt, integer, lt, ne
from theory.methods.slaw import LossVariance
from theory.symbols import R2, V, d, nu2, rho, rho_E, rho_H

__all__ = ["CLAIMS"]

PAPER = "M. Crawshaw, J. Košecká, SLAW: Scaled Loss Approximate Weighting, arXiv 2109.08218"
HERE = Source("derived here", "in the model of one loss per class; " + PAPER)

tilt, batch, distance = sp.symbols("t b D2")
variance, loss, reach, cubic, noise, tilt_nal = sp.symbols("variance f A cubic nu2_t t_NAL")

CLASS: tuple[Formula, ...] = (gt(rho, 0), ge(nu2, 0), ge(V, 0), ge(distance, 0), ge(batch, 1), ge(d, 1), integer(d))
PAIR: tuple[Formula, ...] = (gt(rho_H, 0), ge(rho_E, rho_H), gt(R2, 0), gt(nu2, 0), gt(tilt, 0), lt(tilt, 1))
HARDER: tuple[Formula, ...] = (gt(rho_H, 0), gt(rho_E, rho_H), gt(R2, 0), gt(tilt, 0), lt(tilt, 1))

VARIANCE: tuple[Layer, ...] = (
    Layer(loss, (rho * (distance + V) + nu2) / 2),
    Layer(
        variance,
        2 * loss**2 / batch + (1 + 2 / batch) * (rho**2 * distance * V / d + rho**2 * V**2 / (2 * d)),
        LossVariance(distance, batch),
    ),
)
REST: tuple[Layer, ...] = (
    Layer(reach, rho_E * rho_H * R2),
    Layer(cubic, 2 * reach * tilt**3 - 3 * reach * tilt**2 + (reach + nu2 * (rho_E + rho_H)) * tilt - nu2 * rho_H),
)
#: The label noise at which SLAW rests at a given tilt: the cubic is linear in it.
NOISE_AT_REST: tuple[Layer, ...] = (
    Layer(
        noise,
        rho_E * rho_H * R2 * tilt * (2 * tilt - 1) * (1 - tilt) / ((rho_E + rho_H) * tilt - rho_H),
    ),
    Layer(tilt_nal, rho_H / (rho_E + rho_H)),
)


def pull(variance_: sp.Expr, along: sp.Expr) -> sp.Expr:
    """State a task's gradient over its loss, at a distance along the line."""
    return variance_ * along / (variance_ * along**2 * R2 + nu2)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="crawshaw2021.deviation-of-a-minibatch",
        sentence="Where all tasks of a class are the same, the deviation of its minibatch loss is in proportion to the "
        "loss, not to the gradient.",
        hypotheses=(*CLASS, eq(V, 0)),
        layers=VARIANCE,
        conclusion=Statement(eq(variance, 2 * loss**2 / batch)),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.deviation-of-jitter",
        sentence="On large minibatches the variance of a loss is the squared gradient times the variance of the tasks "
        "in one direction, up to the square of the latter.",
        hypotheses=CLASS,
        layers=VARIANCE,
        conclusion=Limit(variance, batch, sp.oo, rho**2 * distance * V / d + rho**2 * V**2 / (2 * d)),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.false-gradient-norm",
        sentence="The deviation of a loss is in proportion to the norm of its gradient, for any minibatch.",
        hypotheses=(*CLASS, gt(V, 0)),
        layers=VARIANCE,
        conclusion=Statement(eq(variance, rho**2 * distance * V / d)),
        source=Source("paper", PAPER + " (the deviation is a proxy for the norm of the gradient)"),
        expected="refuted",
    ),
    Claim(
        name="crawshaw2021.cubic",
        sentence="SLAW rests where a cubic in the tilt vanishes.",
        hypotheses=PAIR,
        layers=REST,
        conclusion=Statement(Iff(eq(pull(rho_E, tilt), pull(rho_H, 1 - tilt)), eq(cubic, 0))),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.much-noise",
        sentence="As the label noise grows, the cubic becomes the equation of NAL's optimum.",
        hypotheses=PAIR,
        layers=REST,
        conclusion=Limit(cubic / nu2, nu2, sp.oo, (rho_E + rho_H) * tilt - rho_H),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.pitchfork",
        sentence="Between equally hard tasks SLAW rests midway, and elsewhere only if rho R2 > 4 nu2: there it picks a "
        "task, at the squared distance R2/4 - nu2/rho from the middle.",
        hypotheses=(*PAIR, eq(rho_E, rho_H)),
        layers=REST,
        conclusion=Statement(
            Implies(
                And((eq(cubic, 0), ne(2 * tilt, 1))),
                And((gt(rho_H * R2, 4 * nu2), eq((tilt - sp.Rational(1, 2)) ** 2 * R2, R2 / 4 - nu2 / rho_H))),
            )
        ),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.easy-side",
        sentence="A point of rest nearer to the easy centre is nearer to it than NAL's optimum: SLAW exaggerates what "
        "NAL prefers.",
        hypotheses=(*HARDER, lt(2 * tilt, 1), ne((rho_E + rho_H) * tilt, rho_H)),
        layers=NOISE_AT_REST,
        conclusion=Statement(Implies(gt(noise, 0), lt(tilt, tilt_nal))),
        source=HERE,
    ),
    Claim(
        name="crawshaw2021.false-favours-hard",
        sentence="Weighting losses by their deviations moves the solution towards the hard centre.",
        hypotheses=(*HARDER, ne((rho_E + rho_H) * tilt, rho_H)),
        layers=NOISE_AT_REST,
        conclusion=Statement(Implies(gt(noise, 0), gt(tilt, tilt_nal))),
        source=HERE,
        expected="refuted",
    ),
)
