import numpy as np
import pytest

from numerics.closed_form import evaluate
from numerics.sweep import parse_grid
from numerics.sweep.chunk import Chunk, compute_chunk
from numerics.sweep.claims import margin
from numerics.sweep.columns import columns
from numerics.sweep.design import points_of
from numerics.sweep.grid import configuration_at
from theory.claims.collins2022 import CONDITIONS
from theory.errors import ConfigurationError, SchedulerError
from theory.formula import compare

PAIR = """
dimension = [2, 5]
[adaptation]
step_size = [0.4, 1.3]
samples = [3, 40, "inf"]
steps = [1, 2]
data = ["reused", "fresh"]
[[task_class]]
name = "easy"
weight = "rest"
covariance = 1.0
centre = 0.5
spread = 0.1
[[task_class]]
name = "hard"
weight = [0.25, 0.6]
covariance = [[0.3]]
centre = 2.0
noise = 0.3
[sweep]
closed_forms = ["risk_nal", "risk_maml", "noise_floor", "gain", "ratio"]
conditions = ["*"]
""".replace("[[0.3]]", "{ values = [0.3, 1.6] }")

GENERAL = """
dimension = 2
[adaptation]
step_size = [0.2, 0.5]
samples = 6
[[task_class]]
name = "tilted"
weight = 0.5
covariance = { values = [0.5, [1.0, 0.5], [[1.0, 0.3], [0.3, 0.5]]] }
centre = [1.0, -1.0]
spread = { values = [0.1, [0.1, 0.0]] }
[[task_class]]
name = "flat"
weight = 0.5
covariance = 0.2
centre = 0.0
noise = 0.1
[sweep]
conditions = ["*"]
"""


def computed(text, seed=0, position=0):
    from importlib.metadata import version

    grid = parse_grid(text, seed=seed)
    values = compute_chunk(Chunk(text, seed, position, version("maml-landscape")))
    return grid, dict(zip((column.name for column in columns(grid)), values, strict=True))


def each_point(grid):
    """Yield the configuration at every point, by the road of single configurations."""
    points = points_of(grid, range(grid.points))
    values = {axis.location: points.values(axis.location, None) for axis in grid.axes}
    for i in range(grid.points):
        yield i, configuration_at(grid, {location: listed[i] for location, listed in values.items()})


@pytest.mark.parametrize("text", [PAIR, GENERAL], ids=["pair", "general"])
def test_every_point_is_what_evaluating_its_configuration_gives(text):
    grid, found = computed(text)

    for i, configuration in each_point(grid):
        expected = evaluate(configuration.mixture, configuration.inner_loop)
        for name in grid.table.closed_forms:
            assert found[name][i] == pytest.approx(getattr(expected, name), rel=1e-11), (name, i)
        for condition in CONDITIONS:
            stem = "condition_" + condition.claim.rpartition(".")[2].replace("-", "_")
            lhs, rhs, by = (found[f"{stem}_{side}"][i] for side in ("lhs", "rhs", "margin"))
            sides = condition.sides(expected)
            if sides is None:
                assert np.isnan([lhs, rhs, by]).all(), (stem, i)
            else:
                assert (lhs, rhs) == (
                    pytest.approx(float(sides[0]), rel=1e-12),
                    pytest.approx(float(sides[2]), rel=1e-12, abs=1e-15),
                ), (stem, i)
                assert (by > 0) == bool(compare(*sides)) or by == 0


def test_both_roads_were_taken():
    assert parse_grid(PAIR).is_pair
    assert not parse_grid(GENERAL).is_pair


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", [1, -1, 0]),
        ("<=", [1, -1, 0]),
        (">", [-1, 1, 0]),
        (">=", [-1, 1, 0]),
        ("==", [-1, -1, 0]),
        ("!=", [1, 1, 0]),
    ],
)
def test_the_margin_says_by_how_much_a_comparison_holds(operator, expected):
    assert margin(np.array([1, 2, 3]), operator, np.array([2, 1, 3])).tolist() == expected


CLAIMS = """
dimension = 3
[adaptation]
step_size = { start = 0.1, stop = 1.9, num = 10 }
samples = [2, 50]
[[task_class]]
weight = 0.5
covariance = [0.1]
centre = 0.0
spread = 0.2
[[task_class]]
weight = 0.5
covariance = 0.9
centre = 1.0
spread = 0.1
[sweep]
claims = ["collins2022.gain-isotropic", "collins2022.ratio-bound", "collins2022.ratio-needs-packing",
          "collins2022.hard-tilt-iff", "collins2022.hard-tilt-samples", "collins2022.false-always-harder"]
symbols = { t = 0.5 }
""".replace("covariance = [0.1]", "covariance = { values = [0.1, 2.0] }")


def test_claims_hold_or_fail_at_points_as_they_ought_to():
    _, found = computed(CLAIMS)
    reach = np.array([0.1, 2.0])[None, None, :] + 0.9
    steps = np.linspace(0.1, 1.9, 10)[:, None, None]
    m = np.array([2, 50])[None, :, None]
    tilts = (steps * reach * (1 + 4 / m) < 2).ravel()

    np.testing.assert_allclose(found["claim_gain_isotropic_margin"], 0, atol=1e-12)
    np.testing.assert_allclose(found["claim_gain_isotropic_lhs"], found["gain"], rtol=1e-6, atol=1e-12)
    assert (found["claim_ratio_bound_margin"] > -1e-12).all()
    np.testing.assert_array_equal(found["claim_hard_tilt_iff_1_margin"] > 0, tilts)
    np.testing.assert_array_equal(found["claim_hard_tilt_iff_2_margin"] > 0, tilts)
    # The false claim fails exactly where MAML does not move towards the hard centre.
    np.testing.assert_array_equal(found["claim_false_always_harder_margin"] > 0, tilts)
    # Its hypothesis alpha (rho_E + rho_H) < 2 does not hold everywhere: there it says nothing.
    np.testing.assert_array_equal(
        np.isnan(found["claim_hard_tilt_samples_1_margin"]), ((steps * reach * np.ones(m.shape)) >= 2).ravel()
    )


SIMULATED = """
dimension = 2
[adaptation]
step_size = [0.3, 0.6]
samples = 8
[[task_class]]
weight = 0.5
covariance = 1.0
centre = 0.0
[[task_class]]
weight = 0.5
covariance = 0.3
centre = 2.0
spread = 0.1
noise = [0.0, 0.2]
[sweep]
simulate = ["risk_nal", "risk_maml", "gain", "descent_nal", "descent_maml"]
tasks = 4000
outer_steps = 1000
chunk = 3
"""


def test_measurements_agree_with_the_closed_forms_within_their_errors(seed):
    _, found = computed(SIMULATED, seed=seed)

    for name in ("risk_nal", "risk_maml", "gain"):
        # Six standard errors: less than one false alarm in 1e7 for all the comparisons here.
        scores = (found[f"measured_{name}"] - found[name]) / found[f"measured_{name}_error"]
        assert (np.abs(scores) < 6).all(), (name, scores)
        assert (found[f"measured_{name}_error"] > 0).all()
    for name in ("descent_nal", "descent_maml"):
        assert (found[name] < 8 * found[f"{name}_error"]).all()


def test_measurements_depend_on_the_seed_and_the_point_and_on_nothing_else():
    _, whole = computed(SIMULATED.replace("chunk = 3", "chunk = 4"), seed=5)
    _, part = computed(SIMULATED, seed=5, position=1)
    _, some = computed(SIMULATED.replace('"risk_nal", "risk_maml", ', ""), seed=5)
    _, other = computed(SIMULATED, seed=6)

    for name, values in part.items():
        np.testing.assert_array_equal(whole[name][3:], values)
    np.testing.assert_array_equal(some["measured_gain"], whole["measured_gain"][:3])
    assert (other["measured_gain"] != whole["measured_gain"][:3]).all()
    assert len(set(whole["measured_gain"])) == 4


def test_where_there_is_no_unique_optimum_values_are_undefined():
    text = GENERAL.replace("step_size = [0.2, 0.5]", "step_size = [0.5, 1.0]").replace("samples = 6", 'samples = "inf"')
    text = text.replace("covariance = 0.2", "covariance = [1.0, 0.2]").replace("values = [0.5, ", "values = [1.0, ")
    _, found = computed(text)

    assert np.isnan(found["gain"]).any()
    assert np.isfinite(found["gain"]).any()


def test_what_float64_cannot_hold_is_undefined_and_what_cannot_be_derived_is_refused():
    text = GENERAL.replace("covariance = 0.2", "covariance = { values = [0.2, 1e200] }")
    _, found = computed(text)
    assert np.isnan(found["gain"]).sum() == len(found["gain"]) // 2

    with pytest.raises(ConfigurationError, match=r"adaptation\.steps: got 30 .*must be at most"):
        computed(GENERAL.replace("samples = 6", "samples = 6\nsteps = 30"))


def test_a_worker_of_another_version_refuses():
    with pytest.raises(SchedulerError, match=r"a worker runs version .* asked by 0\.0\.0; install the same version"):
        compute_chunk(Chunk(PAIR, 0, 0, "0.0.0"))
