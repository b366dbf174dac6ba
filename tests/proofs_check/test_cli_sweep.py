import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

GRID = """
dimension = 3
[adaptation]
step_size = { start = 0.1, stop = 0.9, num = 8 }
samples = [4, 25]
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.3
centre = 2.0
"""
LANDSCAPE = Path(sys.executable).with_name("landscape")


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(GRID, encoding="utf-8")
    return path


def test_it_writes_the_result_and_says_what_it_did(grid, tmp_path):
    result = run("sweep", grid, "-o", tmp_path / "out.nc", "--seed", 7)

    assert result.exit_code == 0, result.output
    assert "16 points: step_size (8) x samples (2)" in result.stdout
    assert "computed: risk_nal, risk_maml, gain, ratio" in result.stdout
    assert re.search(r"wrote .*out\.nc in \d+\.\d s \(seed 7\)", result.stdout)
    assert dict(xr.load_dataset(tmp_path / "out.nc", engine="h5netcdf").sizes) == {"step_size": 8, "samples": 2}


def test_the_summary_as_json(grid, tmp_path):
    result = run("sweep", grid, "-o", tmp_path / "out.parquet", "--json", "-")
    report = strict_json(result.stdout)

    assert report.pop("seconds") > 0
    assert report == {
        "schema": "landscape.sweep/1",
        "grid": str(grid),
        "output": str(tmp_path / "out.parquet"),
        "design": "product",
        "axes": {"step_size": 8, "samples": 2},
        "points": 16,
        "variables": ["risk_nal", "risk_maml", "gain", "ratio"],
        "undefined": {},
        "chunks": 1,
        "resumed": 0,
        "scheduler": "threads",
        "seed": 2022,
    }


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("output", [".nc", ".zarr", ".parquet"])
def test_a_figure_of_two_axes(suffix, output, grid, tmp_path):
    figure = tmp_path / f"out{suffix}"
    result = run("sweep", grid, "-o", tmp_path / f"out{output}", "--figure", figure, "--variable", "ratio")

    assert result.exit_code == 0, result.output
    assert figure.stat().st_size > 1000
    if suffix == ".svg":
        text = figure.read_text(encoding="utf-8")
        assert "<!-- step size of the inner loop, $\\alpha$ ($1/x^2$) -->" in text
        assert "excess risk of NAL over that of MAML" in text
        assert "dc:date" not in text


def test_a_figure_of_one_axis_is_the_same_every_time(grid, tmp_path):
    grid.write_text(GRID.replace("[4, 25]", "4"), encoding="utf-8")
    for name in ("a", "b"):
        result = run("sweep", grid, "-o", tmp_path / f"{name}.nc", "--figure", tmp_path / f"{name}.svg")
        assert result.exit_code == 0, result.output

    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


REFUSED = [
    (["-o", "out.csv"], r"output 'out\.csv': must end in \.nc, \.zarr, \.parquet"),
    ([], r"Missing option '-o'"),
    (["-o", "no/out.nc"], r"cannot write 'no/out\.nc': there is no folder 'no'"),
    (["-o", "out.nc", "--scheduler", "slurm"], r"scheduler: got 'slurm'; must be threads, processes, or the address"),
    (["-o", "out.nc", "--workers", "0"], r"Invalid value for '--workers'"),
    (["-o", "out.nc", "--scheduler", "tcp://h:1", "--workers", "2"], r"--workers is for threads and processes only"),
    (["-o", "out.nc", "--variable", "gain"], r"--variable is for --figure only"),
    (["-o", "out.nc", "--figure", "out.gif"], r"figure 'out\.gif': must end in \.svg, \.png, \.pdf"),
    (["-o", "out.nc", "--figure", "out.svg", "--variable", "gian"], r"unknown variable of the figure 'gian'.*'gain'"),
    (["-o", "out.nc", "--figure", "no/out.svg"], r"there is no folder 'no'"),
    (["-o", "out.nc", "--seed", "-1"], r"Invalid value for '--seed'"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_be_done_is_refused_before_anything_is_written(arguments, message, grid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("sweep", "grid.toml", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(message, result.stderr)
    assert "Traceback" not in result.stderr
    assert os.listdir(tmp_path) == ["grid.toml"]


@pytest.mark.parametrize(
    "change",
    [
        ("[4, 25]", '["inf", 4]\ndata = ["reused", "fresh"]'),
        ("covariance = 0.3", "covariance = {values = [1, [1, 2, 3]]}"),
    ],
)
def test_a_figure_of_more_or_other_axes_is_refused(change, grid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grid.write_text(GRID.replace(*change), encoding="utf-8")
    result = run("sweep", "grid.toml", "-o", "out.nc", "--figure", "out.svg")

    assert result.exit_code == 2
    assert "must be a product of one or two axes of numbers" in result.stderr
    assert os.listdir(tmp_path) == ["grid.toml"]


def test_a_file_that_is_not_there(tmp_path):
    result = run("sweep", tmp_path / "none.toml", "-o", tmp_path / "out.nc")

    assert result.exit_code == 2
    assert "cannot read" in result.stderr


def test_ctrl_c_keeps_the_chunks_that_are_done_and_the_same_command_continues(grid, tmp_path):
    grid.write_text(GRID + '[sweep]\nsimulate = ["gain"]\ntasks = 100_000\nchunk = 1\n', encoding="utf-8")
    command = [LANDSCAPE, "sweep", grid, "-o", tmp_path / "out.nc"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "out.nc.work" / "done.log"
    while not (log.exists() and log.stat().st_size) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()

    assert process.returncode == 130, errors
    assert "stopped by Ctrl-C" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "out.nc").exists()
    resumed = strict_json(run("sweep", grid, "-o", tmp_path / "out.nc", "--json", "-").stdout)
    assert resumed["resumed"] >= 1
    assert (tmp_path / "out.nc").exists()
