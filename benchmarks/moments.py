"""Measures the moment engine: against enumerating pairings, and against SymPy in coordinates."""

import importlib.util
import time
from fractions import Fraction

from page import Row, duration, times, typical
from timing import ROOT, fresh


def rows(quick: bool) -> list[Row]:
    """Take the measurements."""
    repeats = 2 if quick else 5
    return (
        [symbolic(copies, repeats) for copies in ((4,) if quick else (4, 8, 12))]
        + [against_pairings(copies, 1 if quick else 3) for copies in ((2,) if quick else (3, 4, 5, 6))]
        + [against_coordinates(copies, 1 if quick else 3) for copies in ((2,) if quick else (2, 3, 4))]
    )


def symbolic(copies: int, repeats: int) -> Row:
    """Time the engine in several fresh processes."""
    runs = [fresh(derive, copies) for _ in range(repeats)]
    target = {8: "0.1 s", 12: "2 s"}.get(copies, "")
    figure = typical([seconds for _, seconds in runs])
    return Row(f"K = {copies // 2} steps on one sample: N = {copies}, {runs[0][0]} terms", figure, target=target)


def derive(copies: int) -> tuple[int, float]:
    """Derive E[(I - alpha Shat)^K S (I - alpha Shat)^K] for 2K = copies; returns the number of terms, and seconds."""
    from theory.moments import expectation
    from theory.symbols import alpha, m
    from theory.words import IDENTITY, letter

    propagator, curvature = IDENTITY - alpha * letter("Shat"), letter("S")
    expectation(propagator * curvature * propagator, m)  # SymPy imports parts of itself on first use
    started = time.process_time()
    steps = propagator ** (copies // 2)
    terms = len(expectation(steps * curvature * steps, m).terms)
    return terms, time.process_time() - started


def against_pairings(copies: int, repeats: int) -> Row:
    """Evaluate E[Shat^N] for one 2 x 2 covariance and m = 5, by the engine and by enumerating the pairings."""
    runs = [fresh(numbers, copies) for _ in range(repeats)]
    engine, enumeration = (min(run[k] for run in runs) for k in (0, 1))
    return Row(
        f"E[Shat^{copies}] for d = 2, m = 5, exactly",
        typical([run[0] for run in runs]),
        f"{times(enumeration / engine)} as fast as all {runs[0][2]:,} pairings ({duration(enumeration)}, same result)",
    )


def against_coordinates(copies: int, repeats: int) -> Row:
    """Derive E[Shat^N] of a symbolic 2 x 2 covariance, by the engine and by SymPy entry by entry."""
    runs = [fresh(coordinates, copies) for _ in range(repeats)]
    engine, entries = (min(run[k] for run in runs) for k in (0, 1))
    return Row(
        f"E[Shat^{copies}] for any covariance with d = 2, m = 5",
        typical([run[0] for run in runs]),
        f"{times(entries / engine)} as fast as SymPy on the entries ({duration(entries)}, same result)",
    )


def numbers(copies: int) -> tuple[float, float, int]:
    """Return seconds of the engine and of the enumeration on rationals, and how many pairings there are."""
    covariance = [[Fraction(2), Fraction(1, 3)], [Fraction(1, 3), Fraction(1)]]
    engine, enumeration, derived, enumerated, pairs = _both(copies, covariance, Fraction)
    if derived.tolist() != enumerated:
        raise SystemExit(f"N = {copies}: the engine and the enumeration of pairings disagree")
    return engine, enumeration, pairs


def coordinates(copies: int) -> tuple[float, float]:
    """Return seconds of the engine, its result written out in entries, and of SymPy on the entries themselves."""
    import numpy as np
    import sympy as sp

    a, b, c = sp.symbols("a b c")
    engine, entries, derived, enumerated, _ = _both(copies, [[a, b], [b, c]], sp.Rational)
    if any(sp.expand(entry) != 0 for entry in (derived - np.array(enumerated, dtype=object)).flat):
        raise SystemExit(f"N = {copies}: the engine and SymPy on the entries disagree")
    return engine, entries


def _both(copies, covariance, number):
    import numpy as np
    import sympy as sp

    from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
    from theory.symbols import m
    from theory.words import Polynomial

    pairings = _module(ROOT / "tests" / "theory" / "pairings.py")
    identity = [[number(1), number(0)], [number(0), number(1)]]
    symbolic = number is not Fraction

    def plain(value):
        return sp.expand(value) if symbolic else value

    started = time.process_time()
    word = Polynomial({((SAMPLE_COVARIANCE,) * copies, ()): sp.S.One})
    arrays, samples = {COVARIANCE: np.array(covariance, dtype=object)}, {m: number(5)}
    derived = expectation(word, m).evaluate(arrays, samples, number)
    derived = np.array([[plain(value) for value in row] for row in derived.tolist()], dtype=object)
    engine = time.process_time() - started

    started = time.process_time()
    enumerated = pairings.expected_product([identity] * (copies + 1), covariance, 5)
    enumerated = [[plain(value) for value in row] for row in enumerated]
    enumeration = time.process_time() - started
    return engine, enumeration, derived, enumerated, len(list(pairings.pairings(list(range(2 * copies)))))


def _module(path):
    """Import a file that is in no package."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded
