"""Claims from files, folders and installed distributions: what is collected, and what is refused with which message."""

import subprocess
import sys
from pathlib import Path

import pytest

from theory.claim import builtin_claims
from theory.collection import chosen_claims, claims_in, known_claims
from theory.errors import ClaimError, UnknownNameError

HEAD = """\
import sympy as sp
from theory import *
x, y = sp.symbols("x y")
"""
GOOD = 'first = Claim("mine.first", "x + 1 exceeds x.", (gt(x, 0),), Statement(gt(x + 1, x)))\n'


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Write a file in the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(body, name="claims_mine.py", head=HEAD):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + body, encoding="utf-8")
        return path

    return write


def names(*paths):
    return [claim.name for claim in claims_in(paths)]


def stating(expression, **fields):
    """A file of one claim, whose statement begins in line 4."""
    parts = {"hypotheses": "(gt(x, 0), gt(y, 0))", "conclusion": f"Statement(gt({expression}, 0))"} | fields
    return f'claim = Claim("mine.one", "One.", {", ".join(f"{key}={value}" for key, value in parts.items())})\n'


def test_every_claim_bound_to_a_name_is_stated_once_in_that_order(file):
    body = GOOD + "second = Claim('mine.second', 'Another.', (), Statement(ge(x**2, 0)))\nagain = first\n"
    with pytest.raises(ClaimError, match=r"mine\.second: the conclusion uses the symbol x"):
        names(file(body))
    assert names(file(body.replace("'Another.', ()", "'Another.', (ge(x**2, 0),)"))) == ["mine.first", "mine.second"]


def test_a_list_named_claims_says_which_and_may_be_any_iterable(file):
    second = "second = Claim('mine.second', 'Another.', (gt(x, 0),), Statement(gt(x, 0)))\n"
    assert names(file(GOOD + second + "CLAIMS = [second]\n")) == ["mine.second"]
    assert names(file(GOOD + second + "CLAIMS = (claim for claim in (second, first))\n")) == [
        "mine.second",
        "mine.first",
    ]


def test_a_folder_stands_for_its_files_of_claims_sorted_and_no_others(file):
    file(GOOD.replace("first", "b"), "paper/claims_b.py")
    file(GOOD.replace("first", "a"), "paper/deep/claims_a.py")
    file("raise AssertionError('not a file of claims')\n", "paper/helper.py")
    file("raise AssertionError('hidden')\n", "paper/.old/claims_c.py")
    assert names(Path("paper")) == ["mine.b", "mine.a"]
    assert names(Path("paper"), Path("paper/claims_b.py")) == ["mine.b", "mine.a"]  # read once


def test_two_files_of_one_name_are_two_modules_each_with_its_neighbours(file):
    for folder in ("one", "two"):
        file(f"WORDS = {folder!r}\n", f"{folder}/wording_of_claims.py")
        file(
            "from dataclasses import dataclass\nfrom wording_of_claims import WORDS\n"
            "@dataclass\nclass Pair:\n    left: int\n"
            + GOOD.replace("mine.first", f"mine.{folder}").replace('"x + 1 exceeds x."', "WORDS"),
            f"{folder}/claims.py",
        )
    path = list(sys.path)
    assert [claim.sentence for claim in claims_in([Path("one/claims.py"), Path("two/claims.py")])] == ["one", "two"]
    assert sys.path == path
    assert "wording_of_claims" not in sys.modules


def test_what_a_file_prints_stays_out_of_standard_output(file, capsys):
    names(file(GOOD + "print('hello')\n"))
    assert capsys.readouterr() == ("", "hello\n")


def test_selectors_choose_among_the_claims_of_the_files_alone(file):
    path = file(GOOD)
    assert [claim.name for claim in chosen_claims(["mine.*"], [path])] == ["mine.first"]
    with pytest.raises(UnknownNameError, match=r"unknown claim 'collins2022\.gain-isotropic'"):
        chosen_claims(["collins2022.gain-isotropic"], [path])


#: Body of the file, and what the message has to say.
REFUSED = {
    "not python": ("def\n", ["claims_mine.py:4: not Python: invalid syntax"]),
    "raises": ("def f():\n    return 1 / 0\nf()\n", ["claims_mine.py:5: ZeroDivisionError: division by zero"]),
    "import fails": ("import no_such_module\n", ["claims_mine.py:4: ModuleNotFoundError", "no_such_module"]),
    "exits": ("import sys\nsys.exit(0)\n", ["claims_mine.py:5: ends the program (SystemExit)"]),
    "states nothing": ("", ["claims_mine.py: states no claim; bind each Claim to a name"]),
    "CLAIMS empty": ("CLAIMS = ()\n", ["claims_mine.py: CLAIMS is empty"]),
    "CLAIMS one claim": (GOOD + "CLAIMS = first\n", ["CLAIMS is one Claim", "CLAIMS = (claim,)"]),
    "CLAIMS a number": ("CLAIMS = 3\n", ["CLAIMS is a int"]),
    "CLAIMS a dict": (GOOD + "CLAIMS = {'first': first}\n", ["CLAIMS is a dict"]),
    "CLAIMS of names": (GOOD + "CLAIMS = (first, 'first')\n", ["entry 2 of CLAIMS is a str and no Claim"]),
    "CLAIMS raises": (GOOD + "CLAIMS = (1 / 0 for _ in 'a')\n", ["claims_mine.py:5: ZeroDivisionError"]),
    "same name": (GOOD + GOOD.replace("first =", "other ="), ["two claims are named 'mine.first', at claims_mine.py:4 "
                                                              "and at claims_mine.py:5"]),
    "library's name": (GOOD.replace("mine.first", "collins2022.gain-isotropic"), ["two claims are named", "pair.py"]),
    "no name": (GOOD.replace('"mine.first"', "''"), ["claims_mine.py:4: a claim is named ''; use letters"]),
    "odd name": (GOOD.replace("mine.first", "my claim"), ["a claim is named 'my claim'"]),
    "unknown symbol": (stating("x - sp.Symbol('rho_e')"), [
        "claims_mine.py:4: mine.one: the conclusion uses the symbol rho_e, which no", "did you mean rho_E?"]),
    "unknown in layer": (stating("x", layers="(Layer(sp.Symbol('z'), sp.Symbol('q')),)"), ["uses the symbol q,"]),
    "later layer": (stating("x", layers="(Layer(sp.Symbol('z'), sp.Symbol('w')), Layer(sp.Symbol('w'), x))"),
                    ["layer z uses w, which is not defined before it"]),
    "unknown in replacement": (
        stating("x", layers="(Layer(sp.Symbol('z'), derivation=Substituted(PairQuantity('gain'), ((V_E, x + "
                "sp.Symbol('V_H2')),))),)"), ["layer z uses the symbol V_H2", "did you mean V_H?"]),
    "unknown in limit": (stating("x", conclusion="Limit(x, y, sp.Symbol('zz'), 0)"), ["uses the symbol zz"]),
    "unknown in trend": (stating("x", conclusion="Monotonicity(x, (sp.Symbol('zz'),), 'nondecreasing')"), ["l zz"]),
    "assumption": (stating("sp.Symbol('x', positive=True)"), [
        "claims_mine.py:4: mine.one", "the symbol x carries the assumption positive=True", "write Symbol('x')",
        "gt(x, 0)"]),
    "assumption in integer": ("integer(sp.Symbol('x', integer=True))\n", ["carries the assumption integer=True"]),
    "dummy": (stating("sp.Dummy('x')"), ["Dummy is not allowed"]),
    "square root": (stating("sp.sqrt(x)"), ["sqrt(x) is not a rational expression: Pow", "ge(r, 0), eq(r**2, x)"]),
    "symbolic power": (stating("x**y"), ["x**y is not a rational expression"]),
    "exp": (stating("sp.exp(x)"), ["exp(x) is not a rational expression: exp is not allowed"]),
    "sin": (stating("1 + sp.sin(x) * y"), ["is not a rational expression: sin is not allowed"]),
    "abs": (stating("sp.Abs(x)"), ["Abs is not allowed"]),
    "pi": (stating("x - sp.pi"), ["Pi is not allowed"]),
    "piecewise": (stating("sp.Piecewise((x, sp.Gt(x, 1)), (y, True))"), ["Piecewise is not allowed"]),
    "float inside": (stating("0.5 * x"), ["contains the float 0.5", "Rational('0.5"]),
    "float": (stating("x", conclusion="Statement(gt(x, 0.5))"), ["claims_mine.py:4: a side of > is the float 0.5"]),
    "nan": (stating("sp.nan"), ["divides by zero"]),
    "infinity": (stating("sp.oo"), ["a side of > is infinite; only the point and the value of a Limit may be"]),
    "text": (stating("'x + 1'"), ["a side of > is the text 'x + 1'; build it from symbols"]),
    "None": (stating("None"), ["a side of > is a NoneType"]),
    "matrix": (stating("sp.eye(2)"), ["ImmutableDenseMatrix is not allowed"]),
    "SymPy's relation": (stating("x", conclusion="Statement(sp.Gt(x, 0))"), ["what a Statement states is x > 0, a "
                         "comparison that Python or SymPy made on the spot; state it with lt, le"]),
    "evaluated comparison": (stating("x", hypotheses="(gt(x, 0), 1 < 2)"), ["entry 2 of hypotheses is True"]),
    "Python's True": (stating("x", conclusion="Statement(x == x)"), ["what a Statement states is True"]),
    "and": (stating("x", hypotheses="(gt(x, 0) and gt(y, 0),)"), ["TypeError: the statement x > 0 has no truth value",
                                                                  "And((a, b))"]),
    "or of two": (stating("x", conclusion="Statement(Or(gt(x, 0)))"), ["what Or joins is one formula", "add a comma"]),
    "one hypothesis": (stating("x", hypotheses="gt(x, 0)"), ["hypotheses is one formula", "add a comma"]),
    "list of hypotheses": (stating("x", hypotheses="[gt(x, 0)]"), ["hypotheses is a list; give a tuple"]),
    "text as hypothesis": (stating("x", hypotheses="('x > 0',)"), ["entry 1 of hypotheses is a str, 'x > 0'"]),
    "bare formula": (stating("x", conclusion="gt(x, 0)"), ["wrap it: Statement(...)"]),
    "expected": (stating("x", expected="'true'"), ["the expected verdict is 'true'", "proved, supported, refuted"]),
    "layers of pairs": (stating("x", layers="((y, x),)"), ["entry 1 of layers is a tuple"]),
    "layer named by text": ("Layer('z', x)\n", ["claims_mine.py:4: the name of a layer is 'z'", "Symbol('x')"]),
    "layer derives nothing": ("Layer(x, derivation='gain')\n", ["derivation of layer x is a str"]),
    "unknown quantity": ("PairQuantity('gian')\n", ["isotropic pair 'gian': did you mean 'gain'"]),
    "unknown setting": ("Setting(data='reusd')\n", ["did you mean 'reused'"]),
    "no steps": ("Setting(steps=0)\n", ["a setting of 0 inner steps"]),
    "unknown direction": ("Monotonicity(x, (x,), 'increasing')\n", ["unknown direction 'increasing'", "nondecreasing"]),
    "unknown learner": ("Convergence('mmal', lambda e: e)\n", ["unknown learner 'mmal': did you mean", "'maml'"]),
    "property no function": ("MixtureProperty(3)\n", ["the sides of a MixtureProperty is a int"]),
    "identity of numbers": ("MatrixIdentity(MatrixQuantity('curvature'), x)\n", ["build it from letter()"]),
    "source of another kind": ("Source('blog', 'x')\n", ["unknown kind of source 'blog'"]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_judged_is_refused_in_one_line_that_says_where(file, body, words):
    modules = {name for name in sys.modules if name.startswith("landscape_claims")}
    with pytest.raises((ClaimError, UnknownNameError)) as refusal:
        claims_in([file(body)])
    message = str(refusal.value)
    assert all(word in message for word in words), message
    assert message.startswith(("claims_mine.py:", "two claims are named"))
    assert "\n" not in message
    if not message.startswith("two claims"):
        assert {name for name in sys.modules if name.startswith("landscape_claims")} == modules


def test_what_is_no_file_or_has_none_is_refused(file):
    file("", "empty/helper.py")
    for path, words in ((Path("nothing.py"), "cannot read 'nothing.py': No such file"),
                        (Path("empty"), "the folder 'empty' has no file claims_\\*.py"),
                        (Path("null.py"), "null.py.*null byte")):  # fmt: skip
        Path("null.py").write_bytes(b"x = 1\0\n")
        with pytest.raises(ClaimError, match=words):
            claims_in([path])


def test_ctrl_c_while_a_file_is_read_is_no_refusal(file):
    with pytest.raises(KeyboardInterrupt):
        claims_in([file("raise KeyboardInterrupt\n")])


def test_names_are_unique_across_files(file):
    with pytest.raises(ClaimError, match=r"two claims are named 'mine\.first', at one\.py:4 and at two\.py:4"):
        names(file(GOOD, "one.py"), file(GOOD, "two.py"))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a distribution that names claims."""

    def install(module, body, value=None):
        (tmp_path / f"{module}.py").write_text(HEAD + body, encoding="utf-8")
        folder = tmp_path / f"{module}-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2\n", encoding="utf-8")
        (folder / "entry_points.txt").write_text(f"[landscape.claims]\ntheirs = {value or module}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def test_claims_of_installed_distributions_are_known_after_the_library_s(installed):
    installed("their_paper", GOOD.replace("mine.first", "theirs.first"))
    installed("another_paper", GOOD.replace("mine.first", "another.first") + "NAMED = [first]\n", "another_paper:NAMED")
    assert [claim.name for claim in known_claims()][len(builtin_claims()) :] == ["another.first", "theirs.first"]
    assert [claim.name for claim in chosen_claims(["theirs.*"])] == ["theirs.first"]


@pytest.mark.parametrize(
    ("body", "value", "words"),
    [
        ("raise RuntimeError('out of order')\n", None, "RuntimeError: out of order"),
        ("", None, "states no claim"),
        ("", "broken_paper:NAMED", "AttributeError"),
        ("NAMED = 3\n", "broken_paper:NAMED", "CLAIMS is a int"),
        ("raise SystemExit(1)\n", None, "SystemExit"),
        (stating("sp.Symbol('rho_e')"), None, "did you mean rho_E"),
    ],
)
def test_a_broken_distribution_is_named(installed, body, value, words):
    installed("broken_paper", body, value)
    with pytest.raises(
        ClaimError, match=r"installed distribution broken_paper 1\.2 \(theirs = broken_paper"
    ) as refusal:
        known_claims()
    assert words in str(refusal.value)
    assert "uninstall it" in str(refusal.value)


def test_claims_are_known_without_what_their_methods_solve_with():
    """Loading that takes as long as all claims together; it is there when a method solves."""
    code = "import sys; from theory.claim import builtin_claims; builtin_claims(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "theory.methods.slaw" in loaded
    assert {"scipy.optimize", "scipy.integrate", "scipy.stats", "scipy.linalg"}.isdisjoint(loaded)
