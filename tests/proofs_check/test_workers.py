"""Several workers: the same ledger and findings whoever works, one refusal, and nobody left behind."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sympy as sp
from hypothesis.database import InMemoryExampleDatabase

from proofs_check import errands
from proofs_check.budget import Deadline
from proofs_check.errands import can_be_sent, run_errands
from proofs_check.fuzz import fuzz
from proofs_check.fuzz.archive import Archive
from proofs_check.fuzz.workers import Shares
from proofs_check.verify import verify
from theory import Claim, MixtureProperty, Statement, ge, gt, lt
from theory.claim import builtin_claims
from theory.collection import claims_in
from theory.errors import ClaimError, SchedulerError

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

FALSE, TRUE = "collins2022.false-always-harder", "collins2022.hard-tilt-samples"
OWN = {claim.name: claim for claim in builtin_claims()}
x, y = sp.symbols("x y")
STATED = """
import sympy as sp
from beside import twice
from theory import Claim, MixtureProperty, Statement, ge, gt

x, y = sp.symbols("x y")
SMALLEST = 0
square = Claim("mine.square", "s", (gt(x, 0), gt(y, 0)), Statement(ge(x**2 + y**2, twice(x * y))))
false = Claim("mine.false", "s", (gt(x, 0), gt(y, 0)), Statement(ge(x + y, twice(x))), expected="refuted")
gain = Claim("mine.gain", "s", (), MixtureProperty(lambda e: (twice(e.gain), ">=", SMALLEST)), expected="supported")
"""


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made.scheduler_address


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    """Return claims of the library, and of a file that imports another one beside it."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "beside.py").write_text("def twice(value):\n    return 2 * value\n", encoding="utf-8")
    (folder / "claims_mine.py").write_text(STATED, encoding="utf-8")
    names = (FALSE, "collins2022.moment-second", TRUE, "collins2022.small-steps-optimum", "collins2022.nal-optimum")
    return (*(OWN[name] for name in names), *claims_in([folder / "claims_mine.py"]))


def without_times(value):
    if isinstance(value, dict):
        timings = {"seconds", "points_per_second"}
        return {key: without_times(item) for key, item in value.items() if key not in timings}
    return [without_times(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def ledger(claims):
    return without_times(verify(claims, budget="small", seed=3).to_json())


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_the_ledger_does_not_depend_on_who_judges(scheduler, workers, claims, ledger):
    told = []
    found = verify(
        claims,
        budget="small",
        seed=3,
        scheduler=scheduler,
        workers=workers,
        on_start=lambda claim: told.append(claim.name),
        on_verdict=lambda claim, verdict: told.append((claim.name, verdict.claim)),
    )

    assert without_times(found.to_json()) == ledger
    assert [claim for claim, _ in found.verdicts] == list(claims)
    assert sorted(map(str, told)) == sorted([*(c.name for c in claims), *(str((c.name, c.name)) for c in claims)])


def test_the_ledger_does_not_depend_on_the_cluster_that_judges(cluster, claims, ledger):
    found = verify(claims, budget="small", seed=3, scheduler=cluster)

    assert without_times(found.to_json()) == ledger
    assert {claim["verdict"] for claim in ledger["claims"]} == {"proved", "supported", "refuted"}


def hunted(claims, archive, **options):
    report = fuzz(claims, examples=200, seed=3, archive=archive, **options)
    return without_times(report.to_json()), {claim.name: list(archive.records(claim.name)) for claim in claims}


@pytest.mark.parametrize("scheduler", ["threads", "processes", "cluster"])
def test_findings_and_what_is_kept_do_not_depend_on_who_hunts(scheduler, request, claims):
    workers = None if scheduler == "cluster" else 2
    scheduler = request.getfixturevalue("cluster") if scheduler == "cluster" else scheduler
    here, there = (Archive(InMemoryExampleDatabase()) for _ in range(2))
    for archive in (here, there):  # what no longer refutes is dropped
        archive.save(TRUE, "no such part", {"values": {}})
    for _ in range(2):  # the second time what was found is replayed
        expected = hunted(claims, here)
        assert hunted(claims, there, scheduler=scheduler, workers=workers) == expected
    report, records = expected
    replayed = {claim["name"] for claim in report["claims"] if claim.get("replayed") and claim["kept"]}
    assert replayed == {FALSE, "mine.false"}
    assert {name for name, kept in records.items() if kept} == replayed


def test_an_archive_that_cannot_keep_what_a_worker_found_says_so(claims):
    class Full(InMemoryExampleDatabase):
        def save(self, key, value):
            raise OSError

    report = fuzz([OWN[FALSE]], examples=200, archive=Archive(Full()), scheduler="threads", workers=2)
    assert [(finding.result, finding.kept) for finding in report.findings] == [("refuted", False)]


def contradictory(name):
    return Claim(name, "s", (gt(x, 0), lt(x, 0)), Statement(gt(x, 0)))


@pytest.mark.parametrize(("scheduler", "workers"), [("threads", 1), ("threads", 2), ("processes", 2)])
def test_of_several_refusals_the_first_in_order_is_reported(scheduler, workers):
    def hurry(claim):
        time.sleep(0.5 if claim.name == "mine.first" else 0)
        raise ClaimError(claim.name)

    claims = [OWN[TRUE], contradictory("mine.first"), contradictory("mine.second")]
    with pytest.raises(ClaimError, match=r"mine\.first: the hypotheses contradict"):
        verify(claims, budget="small", scheduler=scheduler, workers=workers)
    if scheduler == "threads":
        with pytest.raises(ClaimError, match=r"mine\.first"):
            list(run_errands(claims[1:], [hurry, hurry], scheduler="threads", workers=workers))


def test_a_claim_that_cannot_be_sent_is_refused_with_the_remedy_and_judged_here():
    lock = threading.Lock()
    claim = Claim("mine.locked", "s", (), MixtureProperty(lambda e: (e.gain, ">=", 0 if lock else 1)))

    assert not can_be_sent([claim])
    with pytest.raises(ClaimError, match=r"test_workers\.py:\d+: mine\.locked: cannot be sent.*--scheduler threads"):
        verify([claim], scheduler="processes")
    for workers in (1, 2):
        [(_, verdict)] = verify([claim], budget="small", scheduler="threads", workers=workers).verdicts
        assert verdict.outcome == "supported"


def test_a_claim_that_a_worker_cannot_read_is_refused():
    parcel = errands._Parcel.of(replace(OWN[TRUE], name="mine.same"))
    with pytest.raises(ClaimError, match=r"mine\.same: cannot be read in a worker \(.*Error"):
        replace(parcel, value=parcel.value[:-20]).opened()


def test_the_librarys_own_claims_are_sent_by_name_and_only_to_the_same_version():
    parcel = errands._Parcel.of(OWN[TRUE])
    assert (parcel.value, parcel.opened()) == (None, OWN[TRUE])
    with pytest.raises(SchedulerError, match="install the same version"):
        replace(parcel, version="0.0.1").opened()
    # One of the same name is another claim.
    other = Claim(TRUE, "s", (gt(x, 0),), Statement(ge(x + y - y, 0)))
    assert errands._Parcel.of(other).opened().conclusion == other.conclusion


INTERRUPTED = """
import json, sys
from proofs_check.verify import verify
from theory.claim import select, builtin_claims

if __name__ == "__main__":
    chosen = select(builtin_claims(), ["collins2022.moment-*", "collins2022.ratio-*"])
    ledger = verify(
        chosen, budget="normal", scheduler="processes", workers=2,
        on_verdict=lambda claim, verdict: print(claim.name, file=sys.stderr, flush=True),
    )
    print(json.dumps(ledger.to_json()))
"""


@pytest.fixture
def judging(tmp_path):
    """Start a run in two processes, and return it once it has judged something, with everything that it started."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(INTERRUPTED), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    first = process.stderr.readline().strip()
    yield process, first, psutil.Process(process.pid).children(recursive=True)
    if process.poll() is None:
        process.kill()
    process.communicate()


def gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=60)
    return not alive


def test_ctrl_c_keeps_what_was_found_and_no_process_survives(judging):
    process, first, started = judging
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes
    output, errors = process.communicate()
    found = json.loads(output)

    assert (found["interrupted"], found["as_expected"]) == (True, False)
    assert first in {claim["name"] for claim in found["claims"]}
    assert "Traceback" not in errors
    assert len(started) >= 2
    assert gone(started)


def test_no_process_survives_a_run_that_is_killed(judging):
    process, _, started = judging
    process.kill()
    assert gone(started)


@pytest.mark.parametrize("command", ["verify", "fuzz"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scheduler", "slurm"], r"scheduler: got 'slurm'; must be threads, processes, or the address"),
        (["--scheduler", "tcp://127.0.0.1:9"], "cannot reach the Dask scheduler at tcp://127.0.0.1:9"),
        (["--scheduler", "tcp://h:1", "--workers", "2"], "--workers is for threads and processes only"),
        (["--workers", "0"], "Invalid value for '--workers'"),
    ],
)
def test_workers_that_cannot_be_had_are_refused(command, arguments, message):
    result = run(command, FALSE, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("options", [["--workers", 1], ["--workers", 2], ["--scheduler", "threads"]])
def test_the_command_judges_with_the_workers_asked_for(options):
    result = run("verify", "collins2022.moment-isotropic-*", "--budget", "small", "--json", "-", *options)
    assert result.exit_code == 0
    assert len(strict_json(result.stdout)["claims"]) == 3


def test_time_is_shared_among_those_that_hunt_at_a_time():
    shares = Shares(1000, 4, workers=2)
    first, second = shares.take(0), shares.take(1)
    assert (first, second) == (pytest.approx(500, abs=1), pytest.approx(500, abs=1))
    shares.done(0)  # at once: the others may have its time, but nobody more than is left
    assert shares.take(2) == pytest.approx(750, abs=1)
    assert shares.take(3) == pytest.approx(750, abs=1)
    assert Shares(float("inf"), 2, 2).take(0) == float("inf")


def test_the_time_of_others_does_not_count_as_work():
    work, wall = Deadline.after_work(0.05), Deadline.after(0.05)
    time.sleep(0.1)
    assert (work.passed, wall.passed) == (False, True)
    while not work.passed:
        pass
    assert work.left == 0
