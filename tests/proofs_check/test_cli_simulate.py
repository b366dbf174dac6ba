"""`landscape simulate`: where the descent went, how sure that is, and what happens where it diverges or is stopped."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import proofs_check.comparison
from numerics.closed_form import evaluate
from numerics.configuration import Configuration
from proofs_check.commands.options import DEFAULT_SEED

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

SMALL = commanding.SMALL
run = commanding.run
strict_json = commanding.strict_json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.fixture
def config(tmp_path):
    """Write a configuration and return its path."""

    def write(text=SMALL):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


SIMULATE_KEYS = [
    "schema",
    "configuration",
    "learner",
    "method",
    "theta",
    "theta_closed_form",
    "standard_error",
    "z",
    "z_max",
    "critical_value",
    "agrees",
    "detectable",
    "outer_steps",
    "step_size",
    "largest_stable_step_size",
    "quantities",
    "bias_error",
    "seed",
    "chains",
    "batch",
    "sampler",
    "engine",
    "device",
    "converged",
    "interrupted",
    "diagnosis",
]


@pytest.mark.parametrize("learner", ["nal", "maml"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_gradient_descent_reaches_the_closed_form_on_the_examples(path, learner):
    result = run("simulate", path, "--learner", learner, "--method", "gd", "--json", "-")

    report = strict_json(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(report) == SIMULATE_KEYS
    assert report["schema"] == "landscape.simulate/1"
    assert report["agrees"] is report["converged"] is True
    assert 0 < max(report["standard_error"]) < 1e-10
    assert report["z_max"] <= report["critical_value"] == 1
    configuration = Configuration.parse(path.read_text(encoding="utf-8"))
    closed = evaluate(configuration.mixture, configuration.inner_loop)
    np.testing.assert_allclose(report["theta"], getattr(closed, f"theta_{learner}"), atol=1e-10)


def test_gradient_descent_that_starts_at_the_optimum_has_an_error_all_the_same(config):
    path = config(SMALL.replace("[1.0, -2.0]", "0.0"))

    report = strict_json(run("simulate", path, "--learner", "maml", "--method", "gd", "--json", "-").stdout)

    assert report["theta"] == [0, 0]
    assert min(report["standard_error"]) > 0
    assert report["agrees"] is True


@pytest.mark.parametrize("sampler", ["raw", "wishart", "projected", "radial"])
def test_stochastic_descent_agrees_and_reports_its_errors(config, sampler):
    arguments = ["simulate", config(), "--learner", "maml", "--outer-steps", "300", "--sampler", sampler, "--json", "-"]

    result = run(*arguments)
    report = strict_json(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    assert list(report) == SIMULATE_KEYS
    assert (report["outer_steps"], report["seed"], report["sampler"]) == (300, DEFAULT_SEED, sampler)
    z = (np.array(report["theta"]) - report["theta_closed_form"]) / report["standard_error"]
    assert report["z_max"] == pytest.approx(np.abs(z).max())
    assert report["agrees"] is True
    assert max(report["detectable"]) < 1
    assert run(*arguments).stdout == result.stdout  # the same seed repeats the run
    assert strict_json(run(*arguments, "--seed", "7").stdout)["theta"] != report["theta"]


def test_the_table_of_a_simulation_says_seed_errors_and_power(config):
    result = run("simulate", config(), "--learner", "nal", "--outer-steps", "300")

    assert result.exit_code == 0
    for words in ("closed form", "standard error", f"(seed {DEFAULT_SEED})", "agrees with", "would have been noticed"):
        assert words in result.stdout


@pytest.mark.parametrize("method", ["gd", "sgd"])
def test_a_wrong_closed_form_is_noticed(config, monkeypatch, method):
    closed_form = proofs_check.comparison._reached
    monkeypatch.setattr(proofs_check.comparison, "_reached", lambda *args: closed_form(*args) + 0.5)

    result = run("simulate", config(), "--learner", "maml", "--method", method, "--json", "-")
    told = run("simulate", config(), "--learner", "maml", "--method", method)

    assert (result.exit_code, told.exit_code) == (1, 1)
    assert strict_json(result.stdout)["agrees"] is False
    assert "DIFFERS from the closed form" in told.stdout


@pytest.mark.parametrize("method", ["gd", "sgd"])
def test_a_step_size_that_diverges_is_named_beside_the_largest_stable_one(config, method, tmp_path):
    arguments = ["--learner", "maml", "--method", method, "--outer-step-size", "1000"]

    result = run("simulate", config(), *arguments, "--json", tmp_path / "out.json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: the descent diverged")
    assert "1000" in result.stderr
    stable = float(result.stderr.partition("largest stable one is ")[2].split()[0].rstrip(";,"))
    assert 0 < stable < 100
    assert not (tmp_path / "out.json").exists()


def test_a_simulation_that_ctrl_c_ends_early_prints_what_it_had(config, monkeypatch):
    import numerics.chains

    blocks = numerics.chains.Chains.blocks

    def two_blocks(self, sizes):
        for number, done in enumerate(blocks(self, sizes)):
            if number == 2:
                raise KeyboardInterrupt
            yield done

    monkeypatch.setattr(numerics.chains.Chains, "blocks", two_blocks)
    result = run("simulate", config(), "--learner", "maml", "--outer-steps", "5000", "--json", "-")

    report = strict_json(result.stdout)
    assert (result.exit_code, report["interrupted"]) == (130, True)
    assert 0 < report["outer_steps"] < 5000
    assert "stopped by Ctrl-C" in result.stderr


def test_ctrl_c_keeps_what_a_learner_with_a_memory_had(config, monkeypatch):
    import numerics.chains

    advance, calls = numerics.chains.ArrayWalk.advance, []

    def two_blocks(self, positions, sizes):
        calls.append(sizes)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return advance(self, positions, sizes)

    monkeypatch.setattr(numerics.chains.ArrayWalk, "advance", two_blocks)
    result = run("simulate", config(), "--learner", "slaw", "--outer-steps", "5000", "--json", "-")

    report = strict_json(result.stdout)
    assert (result.exit_code, report["interrupted"], report["converged"]) == (130, True, False)
    assert 0 < report["outer_steps"] < 5000
    assert "stopped by Ctrl-C" in result.stderr
    assert "interrupted after" in report["diagnosis"]


def test_the_compiled_engine_agrees_and_says_so_whatever_the_number_of_workers(config):
    arguments = ["simulate", config(), "--learner", "maml", "--outer-steps", "300", "--engine", "compiled"]

    one, two = (strict_json(run(*arguments, "--workers", n, "--json", "-").stdout) for n in ("1", "2"))

    assert one == two
    assert (one["sampler"], one["engine"], one["device"]) == ("projected", "compiled", "cpu")
    assert one["agrees"] is True
    assert "engine compiled on cpu" in run(*arguments).stdout


def test_population_descent_has_no_engine(config):
    report = strict_json(run("simulate", config(), "--learner", "nal", "--method", "gd", "--json", "-").stdout)

    assert (report["sampler"], report["engine"], report["device"]) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "compiled", "--sampler", "raw"], "engine 'compiled' with sampler 'raw': it has the sampler"),
        (["--engine", "compiled", "--device", "cuda"], "'cuda'"),
        (["--device", "cuda"], "device 'cuda'"),
        (["--engine", "fortran"], "'fortran' is not one of 'numpy', 'compiled'"),
        (["--method", "gd", "--workers", "2"], "--workers is for --method sgd only"),
        (["--memory", "0"], "0"),
        (["--memory", "nan"], "nan"),
        (["--workers", "0"], "0"),
        (["--memory", "1e-6"], "GiB"),
        (["--memory", "1e-3", "--batch", "1000000"], "batch = 1000000: one step of one chain takes about"),
    ],
)
def test_engines_that_cannot_do_it_are_refused_in_one_message(config, arguments, message, tmp_path):
    result = run("simulate", config(), "--learner", "maml", *arguments, "--json", tmp_path / "out.json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_missing_compiler_is_named_with_the_way_to_get_it(config, monkeypatch):
    import numerics.engine

    monkeypatch.setattr(numerics.engine, "find_spec", lambda name: None)
    result = run("simulate", config(), "--learner", "maml", "--engine", "compiled")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: engine 'compiled' needs numba, which is not installed: pip install 'maml-landscape[fast]'\n"
    )
