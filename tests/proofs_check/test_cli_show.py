"""`landscape show`: what it prints of a claim, what it asks, what it writes, and what it refuses."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import proofs_check.verify
from proofs_check.ablation import _Ablator
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict
from proofs_check.verify import Ledger
from theory.claim import builtin_claims

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

CLAIMS = {claim.name: claim for claim in builtin_claims()}
TRUE, FALSE, MATRIX = (
    f"collins2022.{name}" for name in ("population-curvature-singular-iff", "false-always-harder", "curvature-one-step")
)
NONE = ("--no-ablation", "--no-occupancy", "--no-tightness", "--no-repairs")

FILE = """
import sympy as sp

from theory.claim import Claim, MixtureProperty, Source, Statement
from theory.formula import ge, gt, integer, lt

x, y = sp.symbols("x y")
USER = Source("user", "a test")


def claim(name, conclusion, *hypotheses):
    return Claim(f"mine.{name}", f"The {name} one.", hypotheses, conclusion, USER, "refuted")


CLAIMS = (
    claim("false", Statement(gt(x * y, 0)), gt(x, 0), ge(y**2, 0)),
    claim("vacuous", Statement(gt(x * y, 0)), gt(x, 0), lt(x, 0), ge(y**2, 0)),
    claim("counted", Statement(ge(x, 2)), ge(x, 1), integer(x)),
    claim("on-mixtures", MixtureProperty(lambda e: (e.risk_nal, "<", e.risk_maml))),
)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "claims_mine.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def show(*arguments):
    return run("show", *arguments, "--budget", "small")


def evidence(method, outcome, **fields):
    return Evidence(method, Obligation.CONCLUSION, outcome, Tier.EXACT, 0.25, f"what {method} did", **fields)


def test_the_page_says_what_was_found_then_what_was_claimed(file):
    result = show("mine.false", "--claims", file)

    assert (result.exit_code, result.stderr) == (0, "")
    text = result.stdout
    assert text.startswith(
        "mine.false: refuted, as expected\nThe false one.\n\nWhy\n  loci search: the conclusion fails"
    )
    headings = [line for line in text.splitlines() if line[:1].isupper() and not line.endswith(".")]
    assert headings == [
        "Why",
        "What would save it",
        "Conclusion (inequality)",
        "Hypotheses",
        "Room that the hypotheses leave",
        "Evidence",
        "Source",
        "Counterexample card: run it with any Python",
        "Remark for the paper",
    ]
    assert "\n  true if also y > 0: proved by flint (positivity); for example at x = 1, y = 1\n" in text
    assert text.count("the conclusion fails at") == 1


def test_an_unexpected_verdict_is_told_from_an_expected_one(monkeypatch):
    undecided = Verdict(TRUE, "undecided", (evidence("z3", Outcome.UNDECIDED),), "z3: the limit ran out")
    monkeypatch.setattr(proofs_check.verify, "verify", lambda *a, **k: Ledger(1, "small", ((CLAIMS[TRUE], undecided),)))

    text = show(TRUE, *NONE).stdout

    assert text.startswith(f"{TRUE}: undecided, expected: proved\n")
    assert "z3, on the conclusion: undecided (0.25 s): what z3 did" in text


def test_a_point_that_the_reason_does_not_name_is_named(monkeypatch):
    found = evidence("hypothesis", Outcome.REFUTED, counterexample={"alpha": "3/2", "m": "1"})
    refuted = Verdict(FALSE, "refuted", (found,), "hypothesis: it found a point")
    monkeypatch.setattr(proofs_check.verify, "verify", lambda *a, **k: Ledger(1, "small", ((CLAIMS[FALSE], refuted),)))

    assert "Why\n  hypothesis: it found a point\n  alpha = 3/2, m = 1\n" in show(FALSE, *NONE).stdout


def test_each_hypothesis_says_what_it_is_good_for():
    text = show(TRUE).stdout

    assert "m is an integer: unused: still proved without it" in text
    assert "needed, because without it " in text
    assert "of the box alpha in [0, 4]" in text
    assert "How sharp it is" not in text, "an equivalence has no two sides to come close"


def test_everything_can_be_left_out():
    plain = strict_json(show(TRUE, *NONE, "--json", "-").stdout)["claims"][0]

    assert not {"ablation", "occupancy", "tightness", "repairs", "card", "remark"} & plain.keys()
    only = strict_json(show(TRUE, *NONE, "--tightness", "--json", "-").stdout)["claims"][0]
    assert "inequalities" in only["tightness"]["note"]
    assert "ablation" not in only


def test_a_claim_on_matrices_is_answered_in_sentences():
    (entry,) = strict_json(show(MATRIX, "--json", "-").stdout)["claims"]

    assert "in formulas" in entry["ablation"]["note"]
    assert "inequalities" in entry["tightness"]["note"]
    assert entry["occupancy"] == {"note": "there are no hypotheses on symbols"}
    text = show(MATRIX).stdout
    assert f"Setting\n  {CLAIMS[MATRIX].setting}" in text
    assert "Q (one inner step on m samples) = S - 2*alpha S^2" in text


def test_what_is_refuted_on_a_mixture_has_no_card_and_says_so(file):
    result = show("mine.on-mixtures", "--claims", file, "--json", "-")
    (entry,) = strict_json(result.stdout)["claims"]

    assert (entry["verdict"], entry["card"], entry["remark"]) == ("refuted", None, None)
    assert "in formulas" in entry["repairs"]["note"]
    assert "there is none: what refutes this claim" in show("mine.on-mixtures", "--claims", file).stdout


def test_json_carries_every_answer(file):
    report = strict_json(show("mine.false", "--claims", file, "--json", "-").stdout)
    (entry,) = report["claims"]

    assert (report["schema"], report["interrupted"]) == ("landscape.show/1", False)
    assert [repair["hypothesis"] for repair in entry["repairs"]["found"]] == ["y > 0"]
    assert subprocess.run([sys.executable, "-I", "-S", "-c", entry["card"]], check=False).returncode == 0
    assert entry["remark"].startswith("% needs")
    assert (entry["conclusion"], entry["steps"]) == ("x*y > 0", [])
    (steps,) = (item["steps"] for item in strict_json(show(FALSE, *NONE, "--json", "-").stdout)["claims"])
    assert steps[0] == "q := 1 - p > 0"
    assert len(steps) == len(CLAIMS[FALSE].layers)


def test_card_and_remark_are_written(file, tmp_path):
    result = show(
        *("mine.false", "--claims", file, *NONE, "--card", tmp_path / "card.py", "--remark", tmp_path / "remark.tex")
    )

    assert result.exit_code == 0
    assert subprocess.run([sys.executable, tmp_path / "card.py"], check=False).returncode == 0
    assert r"\begin{remark}" in (tmp_path / "remark.tex").read_text(encoding="utf-8")
    alone = show("mine.false", "--claims", file, *NONE, "--card", "-").stdout
    assert alone == (tmp_path / "card.py").read_text(encoding="utf-8")


def test_a_box_of_one_s_own(file):
    (entry,) = strict_json(show("mine.false", "--claims", file, "--box", "x=-1:1", "--json", "-").stdout)["claims"]

    assert entry["occupancy"]["box"]["x"] == ["-1", "1"]
    assert 0.4 < entry["occupancy"]["fraction"] < 0.6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mine.false", "--box", "x"), "'x' is not NAME=LOW:HIGH with two numbers"),
        (("mine.false", "--box", "x=0:oh"), "is not NAME=LOW:HIGH"),
        (("mine.false", "--box", "x=1/0:2"), "is not NAME=LOW:HIGH"),
        (("mine.false", "--box", "x=nan:2"), "is not NAME=LOW:HIGH"),
        (("mine.false", "--box", "x=2:1"), "2 is above 1"),
        (("mine.false", "--box", "z=0:1"), "no hypothesis of mine.false mentions 'z'; they mention x, y"),
        (("mine.counted", "--box", "x=1/3:1/2"), "x is an integer, and there is none between 1/3 and 1/2"),
        (("mine.vacuous",), "contradict each other"),
        (("mine.*", "--card", "card.py"), "--card and --remark write one claim's; the name given matches 4"),
        (("mine.false", "--card", "-", "--json", "-"), "only one of"),
        (("mine.false", "--card", "no/folder/card.py"), "there is no folder"),
        (("mine.on-mixtures", "--card", "card.py", *NONE), "there is no card to write"),
    ],
)
def test_what_cannot_be_answered_is_refused(arguments, message, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = show(*arguments, "--claims", file)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
    assert not (tmp_path / "card.py").exists()


def test_a_true_claim_has_no_card(tmp_path):
    result = show(TRUE, *NONE, "--card", tmp_path / "card.py")

    assert result.exit_code == 2
    assert "is proved, not refuted: there is no card to write" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_keeps_what_was_found(monkeypatch):
    done = []

    def without(self, index):
        if done:
            raise KeyboardInterrupt
        done.append(index)
        return original(self, index)

    original = _Ablator.without
    monkeypatch.setattr(_Ablator, "without", without)
    result = show(TRUE, "--json", "-")
    report = strict_json(result.stdout)

    assert result.exit_code == 130
    assert report["interrupted"] is True
    assert len(report["claims"][0]["ablation"]["hypotheses"]) == 1
    assert "stopped by Ctrl-C after 1 of" in report["claims"][0]["ablation"]["note"]
    assert "occupancy" not in report["claims"][0]
