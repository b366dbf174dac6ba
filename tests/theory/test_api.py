"""The public names: each is there, documented, and loaded only when it is asked for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import theory
from theory import api
from theory.errors import UnknownNameError
from theory.formula import ge, gt, integer, lt
from theory.symbols import NOTATION, R2, alpha, m, p, share
from theory.vocabulary import domains

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def documented(text):
    """Return the names in the first column of the tables of a page."""
    rows = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return [name for row in rows for name in re.findall(r"`(\w+)", row)]


def test_each_public_name_is_the_object_that_the_library_uses():
    assert theory.__all__ == api.__all__
    assert {name for name in api.__all__ if getattr(theory, name) is not getattr(api, name)} == set()
    assert set(api.__all__) <= set(dir(theory))


def test_each_public_name_is_documented_once_and_no_other():
    assert sorted(documented(PAGE.read_text(encoding="utf-8"))) == sorted(api.__all__)


@pytest.mark.parametrize(
    ("page", "names"), [("| `gt`, `ge` | x |\n| no | y |\n", ["gt", "ge"]), ("| `domains(*s)` | z |", ["domains"])]
)
def test_the_names_of_a_page_are_found(page, names):
    assert documented(page) == names


def test_every_symbol_of_the_notation_is_public():
    assert {entry.symbol.name for entry in NOTATION} <= set(api.__all__)


def test_another_name_is_refused():
    with pytest.raises(AttributeError, match=r"no public name 'Clame'; theory/api\.py lists"):
        theory.__getattr__("Clame")
    with pytest.raises(ImportError, match="Clame"):
        exec("from theory import Clame")


def test_sympy_is_loaded_with_the_first_name_and_computes_on_python_s_integers():
    code = (
        "import sys, theory\nprint('sympy' in sys.modules)\nfrom theory import Claim\nprint('sympy' in sys.modules)\n"
        "print(theory.sympy_ground_types())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "python"]


def test_domains_are_what_the_notation_says_as_formulas():
    assert domains(alpha, p, m, R2, share) == (gt(alpha, 0), gt(p, 0), lt(p, 1), ge(m, 1), integer(m), ge(R2, 0))
    assert domains() == ()


def test_the_domain_of_a_symbol_of_ones_own_is_for_oneself_to_state():
    with pytest.raises(UnknownNameError, match="unknown symbol of the notation 'alpah': did you mean 'alpha'"):
        domains(type(alpha)("alpah"))
