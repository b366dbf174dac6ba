"""Draws the picture of the README from the library: python docs/make_figures.py [FOLDER].

Left: the paper's mixture of easy and hard tasks along the line between the two centres. NAL minimises the loss before
the adaptation, MAML the one after it; the gain is what MAML's optimum saves. Right: how the ratio of their risks grows
as the hard tasks' solutions are packed more closely around their distant centre.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from numerics.closed_form import Evaluation, evaluate, solve_population
from numerics.configuration import load

DOCS = Path(__file__).parent
EXAMPLE = DOCS.parent / "examples" / "easy_hard.toml"

# Okabe and Ito's colours: told apart with any colour vision, and here never the only difference.
BLACK, ORANGE, BLUE, GREEN, GREY = "#000000", "#D55E00", "#0072B2", "#009E73", "#666666"
STYLE = {
    "font.size": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 12,
    "lines.linewidth": 2.2,
    # The same picture gives the same bytes, on every day and machine.
    "svg.hashsalt": "maml-landscape",
}


def draw_line(axes, evaluation: Evaluation) -> None:
    """Draw the risks before and after adaptation along the line from the easy to the hard centre."""
    easy, hard = evaluation.mixture.centres
    direction = hard - easy
    position = np.linspace(-0.06, 1.06, 400)
    thetas = easy + position[:, None] * direction
    after = np.array([evaluation.risk(theta) for theta in thetas])
    before = np.array([risk_before(evaluation, theta) for theta in thetas])

    axes.plot(position, before, color=GREY, linestyle="--")
    axes.plot(position, after, color=BLACK)
    axes.text(0.33, 1.31, "before adaptation\n(what NAL minimises)", color=GREY, ha="left", va="center")
    axes.text(0.15, 0.145, "after adaptation\n(what MAML minimises)", color=BLACK, ha="left", va="center")

    nal = share_of_hard(evaluation, evaluation.theta_nal)
    maml = share_of_hard(evaluation, evaluation.theta_maml)
    axes.plot([nal, nal], [risk_before(evaluation, evaluation.theta_nal), 0], color=ORANGE, linewidth=1, linestyle=":")
    axes.plot([maml, maml], [evaluation.risk_maml, 0], color=BLUE, linewidth=1, linestyle=":")
    axes.plot([nal, maml], 2 * [evaluation.risk_nal], color=GREY, linewidth=1, linestyle=":")
    axes.plot(nal, evaluation.risk_nal, "s", color=ORANGE, markersize=9, zorder=3)
    axes.plot(maml, evaluation.risk_maml, "o", color=BLUE, markersize=9, zorder=3)
    axes.text(nal - 0.02, 0.035, "NAL", color=ORANGE, weight="bold", ha="right")
    axes.text(maml + 0.03, 0.035, "MAML", color=BLUE, weight="bold")
    axes.text(nal + 0.03, evaluation.risk_nal + 0.03, f"{evaluation.risk_nal:.2f}", color=ORANGE, weight="bold")
    axes.text(maml + 0.035, evaluation.risk_maml - 0.075, f"{evaluation.risk_maml:.2f}", color=BLUE, weight="bold")
    axes.annotate(
        "",
        (maml, evaluation.risk_maml + 0.03),
        (maml, evaluation.risk_nal),
        arrowprops={"arrowstyle": "-|>", "color": GREEN, "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0},
    )
    axes.text(maml + 0.03, evaluation.risk_nal - 0.02, f"gain {evaluation.gain:.2f}", color=GREEN, weight="bold")

    axes.set(xlim=(-0.06, 1.06), ylim=(0, 1.45), ylabel="excess risk", title="Where to start: one step, 500 samples")
    axes.set_xticks([0, 0.5, 1], ["easy tasks'\ncentre", "halfway", "hard tasks'\ncentre"])


def risk_before(evaluation: Evaluation, theta: np.ndarray) -> float:
    """Return the excess loss without adaptation: that of NAL's own objective."""
    excess = 0.0
    for item in evaluation.mixture.classes:
        error = theta - item.centre
        excess += item.weight * (error @ item.covariance @ error + np.trace(item.covariance @ item.spread)) / 2
    return excess


def share_of_hard(evaluation: Evaluation, theta: np.ndarray) -> float:
    """Return where theta is on the line: 0 at the easy centre, 1 at the hard one."""
    easy, hard = evaluation.mixture.centres
    return float((theta - easy) @ (hard - easy) / ((hard - easy) @ (hard - easy)))


def draw_packing(axes, evaluation: Evaluation) -> None:
    """Draw the ratio of the risks against how closely the hard tasks are packed, for several sample sizes."""
    mixture = evaluation.mixture
    easy, hard = mixture.centres
    distance = np.linalg.norm(hard - easy)
    packing = np.geomspace(1, 1000, 200)
    for samples, style, colour in ((25, ":", GREY), (100, "-.", GREEN), (500, "-", BLACK), (None, "--", BLUE)):
        ratio = ratios(evaluation, distance / packing, samples)
        axes.plot(packing, ratio, color=colour, linestyle=style)
        label = "infinitely\nmany samples" if samples is None else f"{samples} samples"
        axes.text(packing[-1] * 1.12, ratio[-1], label, color=colour, va="center")
    axes.axhline(1, color=GREY, linewidth=0.8, zorder=0)
    here = distance / np.sqrt(np.trace(mixture.classes[1].spread))
    axes.plot(here, evaluation.ratio, "D", color=ORANGE, markersize=8, zorder=3)
    axes.annotate(
        f"the example:\n{evaluation.ratio:.2f}",
        (here, evaluation.ratio),
        (here * 0.72, evaluation.ratio + 0.42),
        color=ORANGE,
        weight="bold",
        ha="center",
        va="bottom",
    )
    axes.set(
        xscale="log",
        xlim=(1, 1000),
        xlabel="distance between centres / spread of hard tasks",
        ylabel="risk of NAL / risk of MAML",
        title="When it pays: hard tasks packed, and far away",
    )
    axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])


def ratios(evaluation: Evaluation, hard_spreads: np.ndarray, samples: int | None) -> np.ndarray:
    """Return the ratio for root mean square distances of the hard tasks' solutions from their centre, all at once."""
    mixture, count, size = evaluation.mixture, len(hard_spreads), evaluation.mixture.dimension
    spreads = np.broadcast_to(mixture.spreads, (count, 2, size, size)).copy()
    spreads[:, 1] = (hard_spreads**2 / size)[:, None, None] * np.eye(size)
    population = solve_population(
        mixture.weights,
        mixture.covariances,
        mixture.centres,
        spreads,
        mixture.noises,
        np.full(count, evaluation.inner_loop.step_size),
        None if samples is None else np.full(count, float(samples)),
    )
    nal = population.optimum(population.covariances)
    maml = population.optimum(population.curvature)
    return population.risk(nal) / population.risk(maml)


def main(folder: Path) -> None:
    """Write easy-hard.svg into the folder."""
    configuration = load(EXAMPLE)
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11.5, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        draw_line(left, evaluation)
        draw_packing(right, evaluation)
        figure.get_layout_engine().set(wspace=0.08)
        figure.savefig(folder / "easy-hard.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "images")
