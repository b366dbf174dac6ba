"""Measures how the time of an outer step grows: exponents fitted to it, beside those that the algorithm should have."""

from dataclasses import dataclass

from page import Row, Table, rate
from timing import calls_per_second, fresh

BATCH = 16


@dataclass(frozen=True)
class Growth:
    """What varies, and how the time should grow with it; the rest is d = 64, m = 100, K = 1 and two classes."""

    what: str
    name: str
    values: tuple[int, ...]
    expected: str
    kind: str = "isotropic"
    data: str = "reused"
    sampler: str = "projected"


GROWTHS = (
    Growth("dimension, isotropic", "d", (128, 256, 512, 1024), "1"),
    Growth(
        "dimension, isotropic, `radial`",
        "d",
        (128, 256, 512, 1024),
        "0 to 1: d numbers a class and step",
        sampler="radial",
    ),
    Growth("dimension, diagonal", "d", (128, 256, 512, 1024), "1", kind="diagonal"),
    Growth(
        "dimension, dense",
        "d",
        (256, 512, 1024),
        "1 to 2, more where d^2 numbers a class leave the cache",
        kind="dense",
    ),
    Growth("samples", "m", (100, 1000, 10_000, 100_000), "0"),
    Growth("inner steps, reused data", "K", (1, 2, 4, 8), "1 to 2: 2K vectors, each against all before it"),
    Growth("inner steps, fresh data", "K", (1, 2, 4, 8), "1", data="fresh"),
    Growth("classes, isotropic", "classes", (2, 4, 8, 16), "0"),
    Growth("classes, dense", "classes", (2, 4, 8, 16), "0 to 1: d numbers a task, d^2 a class", kind="dense"),
)


def tables(quick: bool) -> list[Table]:
    """Take the measurements."""
    seconds, repeats = (0.002, 2) if quick else (0.05, 3)
    explanation = (
        "Exponents of least-squares lines through the logarithms of processor seconds per outer step of "
        f"{BATCH} tasks, one chain, `projected` unless said. Costs that do not grow pull them below what is expected "
        "in the limit."
    )
    rows = [
        fresh(fitted, growth, engine, seconds, repeats, quick) for growth in GROWTHS for engine in ("numpy", "compiled")
    ]
    return [Table("Growth", explanation, rows)]


def fitted(growth: Growth, engine: str, seconds: float, repeats: int, quick: bool) -> Row:
    """Fit one exponent."""
    import numpy as np
    from descent import population, walk_of_mixture

    from theory.mixture import InnerLoop

    values = growth.values[:2] if quick else growth.values
    functions, steps = {}, {}
    for value in values:
        at = {"d": 64, "m": 100, "K": 1, "classes": 2} | {growth.name: value}
        mixture = population("M", growth.kind, at["d"], at["classes"])
        loop = InnerLoop(0.1, at["m"], at["K"], growth.data)
        functions[value], steps[value] = walk_of_mixture(mixture, loop, BATCH, engine, growth.sampler, 1)
    calls = calls_per_second(functions, seconds, repeats)
    times_ = np.array([[1 / (steps[value] * one) for one in calls[value]] for value in values])
    slopes = [float(np.polyfit(np.log(values), np.log(column), 1)[0]) for column in times_.T]
    best = float(np.polyfit(np.log(values), np.log(times_.min(axis=1)), 1)[0])
    return Row(
        f"{growth.what}: {growth.name} = {', '.join(f'{value:,}' for value in values)}, `{engine}`",
        f"{best:.2f} ({len(slopes)} runs: {min(slopes):.2f} to {max(slopes):.2f})",
        f"expected {growth.expected}; {rate(1 / times_.min(axis=1)[0])} to {rate(1 / times_.min(axis=1)[-1])} steps/s",
    )
