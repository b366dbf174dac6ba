"""Measures closed forms of general mixtures: many configurations at once, and one at a time."""

import time

from page import Row, rate, rates, times
from timing import SEED, fresh


def rows(quick: bool) -> list[Row]:
    """Take the measurements."""
    configurations = 50 if quick else 20_000
    runs = [fresh(together_and_singly, configurations) for _ in range(1 if quick else 3)]
    together, singly = (max(run[k] for run in runs) for k in (0, 1))
    return [
        Row(
            f"optima, risks and gain, {configurations:,} configurations at once (two classes, d = 10)",
            rates([run[0] for run in runs], "configurations/s"),
            f"{times(together / singly)} as fast as one call of `evaluate` each ({rate(singly)}/s)",
        )
    ]


def together_and_singly(configurations: int) -> tuple[float, float]:
    """Evaluate isotropic pairs in d = 10; returns configurations per second, all at once and one at a time."""
    import numpy as np

    from numerics.closed_form import evaluate, solve_population
    from theory.adaptation import step_on_form
    from theory.mixture import InnerLoop, Mixture, TaskClass

    rng, size = np.random.default_rng(SEED), 10
    variances = rng.uniform(0.1, 1.0, (configurations, 2))
    centres = rng.standard_normal((configurations, 2, size))
    spreads = np.broadcast_to(0.04 * np.eye(size), (configurations, 2, size, size))
    steps, weights, noises = rng.uniform(0.1, 0.9, configurations), np.array([0.5, 0.5]), np.array([0.1, 0.1])
    step_on_form()  # derived once in a process, whatever is then evaluated

    started = time.process_time()
    covariances = variances[..., None, None] * np.eye(size)
    population = solve_population(weights, covariances, centres, spreads, noises, steps, np.full(configurations, 25.0))
    nal, maml = population.optimum(population.covariances), population.optimum(population.curvature)
    gains = population.risk(nal) - population.risk(maml)
    together = configurations / (time.process_time() - started)

    some = min(configurations, 100)
    started = time.process_time()
    singly = [
        evaluate(
            Mixture(
                tuple(
                    TaskClass(name, 0.5, variances[i, k] * np.eye(size), centres[i, k], spreads[i, k], 0.1)
                    for k, name in enumerate(("easy", "hard"))
                )
            ),
            InnerLoop(steps[i], 25),
        ).gain
        for i in range(some)
    ]
    alone = some / (time.process_time() - started)
    if not np.allclose(singly, gains[:some], rtol=1e-9, atol=1e-12):
        raise SystemExit("closed forms: evaluated together and one at a time they disagree")
    return together, alone
