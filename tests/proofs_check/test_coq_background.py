"""Coq beside the judging: what it says reaches the ledger and its replay, and no coqc outlives an interruption."""

import os
import signal
import stat
import threading
import time

import pytest
import sympy as sp

from proofs_check.coq import MISSING, find_coqc
from proofs_check.coq.background import Background
from proofs_check.replay import replay
from proofs_check.verdict import Outcome, Tier
from proofs_check.verify import verify
from theory.claim import Claim, Source, Statement, builtin_claims
from theory.formula import gt, le

x = sp.Symbol("x")
HERE = Source("user", "tests")
SQUARE = Claim("tests.square", "A square is not negative.", (gt(x, 0),), Statement(gt(x**2, 0)), HERE)
SURPRISE = Claim("tests.surprise", "Nobody expects it to fail.", (gt(x, 0),), Statement(le(x, 1)), HERE)
CLAIMS = {claim.name: claim for claim in builtin_claims()}


def test_what_the_kernel_says_reaches_the_ledger():
    ledger = verify([SQUARE, SURPRISE], budget="small", kernel=True)
    (_, proved), (_, refuted) = ledger.verdicts

    assert (proved.outcome, refuted.outcome) == ("proved", "refuted")
    if find_coqc() is None:
        assert proved.tiers[Tier.KERNEL] == refuted.tiers[Tier.KERNEL] == MISSING
    else:
        assert (proved.tiers[Tier.KERNEL], refuted.tiers[Tier.KERNEL]) == ("proved", "refuted")
        assert proved.settled_by == ("coqc",)
    entry = ledger.to_json()["claims"][0]
    assert entry["tiers"]["kernel"] == proved.tiers[Tier.KERNEL]
    assert list(entry["tiers"]) == ["kernel", "exact", "solvers", "solver", "tested"]


def test_without_being_asked_the_kernel_says_nothing():
    ((_, verdict),) = verify([SQUARE], budget="small").verdicts

    assert verdict.tiers[Tier.KERNEL] == "not asked"


def test_replay_lists_kernel_proofs_as_not_replayed():
    names = ("collins2022.best-step", "collins2022.false-always-harder")
    ledger = verify([CLAIMS[name] for name in names], budget="small", kernel=True)

    found = replay(ledger.to_json(), builtin_claims())

    assert found.holds
    kernel = [item for item in found.items if item.evidence.tier is Tier.KERNEL]
    if find_coqc() is not None:
        assert [(item.outcome, item.what) for item in kernel] == [
            ("not replayed", "nothing"),
            ("replayed", "counterexample"),
        ]


@pytest.fixture
def stubborn(tmp_path, monkeypatch):
    """Put a coqc in place that never ends, and return the file in which it notes its process."""
    note, script = tmp_path / "pid", tmp_path / "coqc"
    script.write_text(f"#!/bin/sh\necho $$ >{note}\nexec sleep 600\n", encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return note


def wait_for(note):
    while not note.exists() or not note.read_text().strip():
        time.sleep(0.01)
    return int(note.read_text())


def gone(pid):
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_leaving_ends_coqc(stubborn):
    with Background([SQUARE]):
        pid = wait_for(stubborn)

    assert gone(pid)


def test_ctrl_c_keeps_the_verdicts_and_leaves_no_coqc(stubborn):
    main = threading.get_ident()

    def interrupt():
        wait_for(stubborn)
        signal.pthread_kill(main, signal.SIGINT)

    ledger = verify([SQUARE], budget="small", kernel=True, on_kernel=threading.Thread(target=interrupt).start)

    assert ledger.interrupted
    ((_, verdict),) = ledger.verdicts
    assert verdict.outcome == "proved"
    assert verdict.tiers[Tier.KERNEL] == "not run: interrupted"
    assert [i.outcome for i in verdict.evidence if i.tier is Tier.KERNEL] == [Outcome.NOT_RUN]
    assert gone(int(stubborn.read_text()))
