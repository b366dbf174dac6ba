import errno
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from numerics.sweep import parse_grid, run, sweep
from numerics.sweep.store import Store, work_folder
from theory.errors import MissingExtraError, SweepError

GRID = """
dimension = 3
[adaptation]
step_size = { start = 0.1, stop = 0.9, num = 8 }
samples = [4, 25, "inf"]
data = ["reused", "fresh"]
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
noise = 0.1
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.3
centre = 2.0
[sweep]
conditions = ["*tilt-iff"]
chunk = 7
"""
SAMPLED = """
dimension = 3
[adaptation]
step_size = { start = 0.1, stop = 0.9 }
samples = [4, 25]
[[task_class]]
weight = 0.5
covariance = 1.0
centre = 0.0
[[task_class]]
weight = 0.5
covariance = { start = 0.1, stop = 0.5 }
centre = 2.0
[sweep]
design = "latin-hypercube"
points = 50
chunk = 7
"""
NAMES = ["risk_nal", "risk_maml", "gain", "ratio"] + [f"condition_hard_tilt_iff_{x}" for x in ("lhs", "rhs", "margin")]


def read(path):
    if path.suffix == ".nc":
        return xr.load_dataset(path, engine="h5netcdf")
    return xr.open_zarr(path, chunks=None, consolidated=False).load()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "out.nc"
    sweep(parse_grid(GRID, seed=3), path, workers=1)
    return read(path)


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_the_result_has_axes_units_labels_and_where_it_came_from(suffix, tmp_path, expected):
    grid, path = parse_grid(GRID, seed=3), tmp_path / f"out{suffix}"
    summary = sweep(grid, path)
    found = read(path)

    xr.testing.assert_equal(found, expected)
    assert dict(found.sizes) == {"step_size": 8, "samples": 3, "data": 2}
    assert sorted(found.data_vars) == sorted(NAMES)
    assert found["samples"].values.tolist() == [4, 25, np.inf]
    assert found["data"].values.tolist() == ["reused", "fresh"]
    assert found["step_size"].attrs["latex"] == r"\alpha"
    assert found["gain"].attrs["units"] == "y^2"
    assert found["condition_hard_tilt_iff_margin"].attrs["claim"] == "collins2022.hard-tilt-iff"
    assert (found.attrs["seed"], found.attrs["grid"]) == ("3", GRID)
    assert {"maml-landscape", "numpy", "python"} <= set(json.loads(found.attrs["versions"]))
    assert (summary.points, summary.chunks, summary.resumed) == (48, 7, 0)
    # The condition is about finitely many samples: it does not apply at a third of the points.
    assert summary.undefined == dict.fromkeys(NAMES[4:], 16)
    assert os.listdir(tmp_path) == [path.name]


def test_parquet_has_a_row_for_each_point(tmp_path, expected):
    import pyarrow.parquet as pq

    sweep(parse_grid(GRID, seed=3), tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")

    assert table.column_names == ["step_size", "samples", "data", *NAMES]
    np.testing.assert_array_equal(table.column("gain").to_numpy(), expected["gain"].values.ravel())
    assert table.column("data").to_pylist()[:2] == ["reused", "fresh"]
    assert table.schema.field("gain").metadata[b"units"] == b"y^2"
    assert table.schema.metadata[b"seed"] == b"3"


@pytest.mark.parametrize("suffix", [".nc", ".parquet"])
def test_sampled_points_are_along_one_dimension(suffix, tmp_path):
    sweep(parse_grid(SAMPLED), tmp_path / f"out{suffix}")
    if suffix == ".nc":
        found = read(tmp_path / "out.nc")
        assert dict(found.sizes) == {"point": 50}
        assert set(found.coords) == {"step_size", "samples", "class1_covariance"}
    else:
        import pyarrow.parquet as pq

        assert pq.read_table(tmp_path / "out.parquet").num_rows == 50


@pytest.mark.parametrize(("scheduler", "workers"), [("threads", 2), ("processes", 2), ("threads", 3)])
def test_values_do_not_depend_on_who_computes_them(scheduler, workers, tmp_path, expected):
    sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc", scheduler=scheduler, workers=workers)

    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)


def test_values_do_not_depend_on_the_cluster_that_computes_them_or_on_its_losses(tmp_path, expected):
    from distributed import LocalCluster

    def lose_a_worker(done, total):
        if done == 2:
            os.kill(next(iter(cluster.workers.values())).process.process.pid, signal.SIGKILL)
        if done == 3:
            cluster.scale(3)

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        sweep(
            parse_grid(GRID, seed=3), tmp_path / "out.nc", scheduler=cluster.scheduler_address, progress=lose_a_worker
        )

    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)


class Stop(Exception):
    pass


def stop_after(count):
    def progress(done, total):
        if done == count:
            raise Stop

    return progress


def interrupted(path, count=3, grid=GRID, seed=3):
    with pytest.raises(Stop):
        sweep(parse_grid(grid, seed=seed), path, workers=1, progress=stop_after(count))
    assert not path.exists()


def test_a_run_that_was_stopped_is_continued(tmp_path, expected):
    interrupted(tmp_path / "out.nc")
    summary = sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc")

    assert (summary.resumed, summary.chunks) == (3, 7)
    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)
    assert os.listdir(tmp_path) == ["out.nc"]


def test_chunks_that_were_there_are_not_computed_again(tmp_path, monkeypatch):
    interrupted(tmp_path / "out.nc")
    asked = []
    compute = run.compute_chunk
    monkeypatch.setattr(run, "compute_chunk", lambda chunk: (asked.append(chunk.position), compute(chunk))[1])
    sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc", workers=1)

    assert asked == [3, 4, 5, 6]


def torn_line(folder):
    content = (folder / "done.log").read_bytes()
    (folder / "done.log").write_bytes(content[:-5])


def torn_values(folder):
    with open(folder / "gain.f64", "r+b") as file:
        file.seek(8 * 15)
        file.write(b"\0" * 8)


def nonsense(folder):
    with open(folder / "done.log", "ab") as file:
        file.write(b"6 0\n99 1\nx\n-1 2\n")


@pytest.mark.parametrize(("damage", "left"), [(torn_line, 2), (torn_values, 2), (nonsense, 3)])
def test_a_chunk_that_was_not_written_whole_is_computed_again(damage, left, tmp_path, expected):
    interrupted(tmp_path / "out.nc")
    damage(work_folder(tmp_path / "out.nc"))
    summary = sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc")

    assert summary.resumed == left
    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)


@pytest.mark.parametrize("moment", [1, 2, 3, 4, 5])
def test_a_run_killed_at_any_moment_loses_at_most_the_chunk_under_way(moment, tmp_path, expected):
    """Killed by SIGKILL while it writes: before or after any of its files or the log."""
    (tmp_path / "grid.toml").write_text(GRID, encoding="utf-8")
    script = f"""
import os, signal
from pathlib import Path
from numerics.sweep import load_grid, sweep, store
real, calls = os.pwrite, 0
def deadly(*arguments):
    global calls
    calls += 1
    if calls == 3 * {len(NAMES)} + {moment}:
        real(arguments[0], arguments[1][:20], arguments[2])
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
os.pwrite = deadly
sweep(load_grid({str(tmp_path / "grid.toml")!r}, seed=3), Path({str(tmp_path / "out.nc")!r}), workers=1)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "out.nc").exists()

    assert sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc").resumed == 3
    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)


@pytest.mark.parametrize(
    ("text", "seed"), [(GRID.replace("0.9", "0.8"), 3), (GRID, 4), (GRID.replace("chunk = 7", "chunk = 8"), 3)]
)
def test_chunks_of_another_grid_or_seed_are_refused_and_kept(text, seed, tmp_path):
    interrupted(tmp_path / "out.nc")

    with pytest.raises(
        SweepError, match=r"out\.nc\.work holds the chunks of another sweep.*remove the folder"
    ) as caught:
        sweep(parse_grid(text, seed=seed), tmp_path / "out.nc")
    assert caught.value.exit_code == 2
    assert sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc").resumed == 3


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    grid = parse_grid(GRID)
    store = Store(work_folder(tmp_path / "out.nc"), grid, NAMES)
    try:
        with pytest.raises(SweepError, match="another run is writing to"):
            sweep(grid, tmp_path / "out.nc")
    finally:
        store.close()


def test_an_output_is_replaced_only_if_that_is_asked_for(tmp_path, expected):
    path = tmp_path / "out.nc"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(SweepError, match=r"out\.nc exists; name another output, or replace it with --overwrite"):
        sweep(parse_grid(GRID, seed=3), path)
    assert path.read_text(encoding="utf-8") == "precious"

    sweep(parse_grid(GRID, seed=3), path, overwrite=True)
    xr.testing.assert_equal(read(path), expected)


def test_an_existing_zarr_folder_is_replaced(tmp_path, expected):
    sweep(parse_grid(GRID), tmp_path / "out.zarr")
    sweep(parse_grid(GRID, seed=3), tmp_path / "out.zarr", overwrite=True)

    xr.testing.assert_equal(read(tmp_path / "out.zarr"), expected)


@pytest.mark.parametrize("name", ["out", "out.csv", "out.nc.gz"])
def test_an_unknown_kind_of_file_is_refused(name, tmp_path):
    with pytest.raises(SweepError, match=r"must end in \.nc, \.zarr, \.parquet"):
        sweep(parse_grid(GRID), tmp_path / name)
    assert os.listdir(tmp_path) == []


def full_disk(monkeypatch, after):
    real, calls = os.pwrite, []

    def refusing(*arguments):
        calls.append(1)
        if len(calls) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments)

    monkeypatch.setattr(os, "pwrite", refusing)


def test_a_full_disk_keeps_what_is_done_and_corrupts_nothing(tmp_path, monkeypatch, expected):
    with monkeypatch.context() as patch:
        full_disk(patch, after=2 * len(NAMES) + 3)
        with pytest.raises(
            SweepError, match=r"No space left on device: free some space; .*run again to go on"
        ) as caught:
            sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc", workers=1)
    assert caught.value.exit_code == 1
    assert os.listdir(tmp_path) == ["out.nc.work"]

    assert sweep(parse_grid(GRID, seed=3), tmp_path / "out.nc").resumed == 2
    xr.testing.assert_equal(read(tmp_path / "out.nc"), expected)


@pytest.mark.parametrize("suffix", [".nc", ".zarr", ".parquet"])
def test_a_disk_that_is_full_when_the_output_is_written_leaves_no_half_of_it(suffix, tmp_path, monkeypatch):
    path = tmp_path / f"out{suffix}"
    with monkeypatch.context() as patch:

        def refuse(*arguments):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "replace", refuse)
        with pytest.raises(SweepError, match="No space left"):
            sweep(parse_grid(GRID), path)
    assert path.name not in os.listdir(tmp_path)
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_more_than_memory_or_disk_holds_is_said_before_starting(tmp_path, monkeypatch):
    grid = parse_grid(GRID)
    monkeypatch.setattr(run, "available_memory", lambda: 10**6)
    with pytest.raises(SweepError, match=r"48 points of 7 variables need about .* GB of memory .*1 MB are available"):
        sweep(grid, tmp_path / "out.nc")
    monkeypatch.setattr(run, "available_memory", lambda: None)
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SweepError, match=r"need about .* of disk .* and 0\.001 MB are free"):
        sweep(grid, tmp_path / "out.nc")
    assert os.listdir(tmp_path) == []


def test_the_estimate_grows_with_points_variables_and_kind():
    small, large = parse_grid(GRID), parse_grid(GRID.replace("num = 8", "num = 80_000"))

    assert run.needs(large, ".nc").disk == 10_000 * run.needs(small, ".nc").disk
    assert run.needs(large, ".nc").memory > run.needs(large, ".parquet").memory
    assert run.available_memory() is None or run.available_memory() > 2**20


def test_a_missing_package_is_named_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(MissingExtraError, match=r"a sweep to a \.zarr file needs xarray.*maml-landscape\[sweep\]"):
        sweep(parse_grid(GRID), tmp_path / "out.zarr")
    assert os.listdir(tmp_path) == []


def test_a_cluster_that_cannot_be_reached_leaves_nothing(tmp_path):
    from theory.errors import SchedulerError

    with pytest.raises(SchedulerError, match="cannot reach"):
        sweep(parse_grid(GRID), tmp_path / "out.nc", scheduler="tcp://127.0.0.1:9")
    assert os.listdir(tmp_path) == []
