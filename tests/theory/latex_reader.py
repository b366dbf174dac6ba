"""Reads the LaTeX that the renderer writes: checks its structure, and computes what it says.

The second is what makes the tests of the renderer worth something: a formula that is typeset, read back and evaluated
must give the value of the derivation.
"""

import re
from fractions import Fraction

import numpy as np

from theory.rendering import symbol_latex
from theory.symbols import NOTATION, d, m

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[0-9]+|[{}^_&]|\s+|.", re.DOTALL)
WORDS = r"""
    alpha beta eta gamma kappa lambda mu nu omega rho tau theta delta pi Sigma infty bar hat mathbb mathrm text
    operatorname frac tfrac sqrt lim top
    to le ge ne in land lor lnot iff implies succ left right bigl bigr quad begin end parbox linewidth par emph texttt
    subsection section hline documentclass usepackage setlength textwidth textheight oddsidemargin topmargin parindent
    emergencystretch jot allowdisplaybreaks textasciicircum textasciitilde textbackslash textless textgreater textbar
    newtheorem
"""
COMMANDS = {"\\" + word for word in [*re.findall(r"\w+", WORDS), *"\\,;{}$&#_%[]'", "v"]}  # \' and \v: accents
ALIGNING = {"align*", "aligned", "tabular"}


def structural_faults(text):
    """Return what is wrong with the structure of a piece of LaTeX, an empty list if nothing is."""
    faults, braces, environments, in_math, paired = [], 0, [], False, 0
    for match in re.finditer(r"\\(begin|end)\{([a-z*]+)\}", text):
        if match[1] == "begin":
            environments.append(match[2])
        elif not environments or environments.pop() != match[2]:
            faults.append(f"\\end{{{match[2]}}} closes nothing")
    if environments:
        faults.append(f"open environments: {environments}")
    for token in TOKEN.findall(text):
        braces += {"{": 1, "}": -1}.get(token, 0)
        paired += {r"\left": 1, r"\right": -1, r"\bigl": 1, r"\bigr": -1}.get(token, 0)
        in_math ^= token == "$"
        if braces < 0 or paired < 0:
            faults.append("closes more than was opened")
            break
        if token.startswith("\\") and token not in COMMANDS:
            faults.append(f"unknown command {token}")
        if not token.isascii():
            faults.append(f"{token!r} is not ASCII")
    if braces or paired or in_math:
        faults.append("something is left open")
    if "&" in TOKEN.findall(text) and not any(rf"\begin{{{name}}}" in text for name in ALIGNING):
        faults.append("& outside an alignment")
    if re.search(r"\^(\{[^{}]*\}|\w)\s*\^", text):
        faults.append("two superscripts on one letter")
    return faults


def product(left, right):
    """Multiply numbers and matrices; a 1 x 1 matrix is a number."""
    result = left @ right if np.ndim(left) and np.ndim(right) else left * right
    return result[0, 0] if np.shape(result) == (1, 1) else result


def power(base, exponent):
    """Raise a number or matrix to an integer power, -1 included."""
    if not np.ndim(base):
        return base**exponent
    if exponent < 0:
        (a, b), (c, d) = base  # the tests use 2 x 2 matrices
        base, exponent = np.array([[d, -b], [-c, a]], dtype=object) / (a * d - b * c), -exponent
    result = np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], dtype=object)
    for _ in range(exponent):
        result = result @ base
    return result


class Reader:
    """Evaluates LaTeX mathematics at given values.

    ``values`` maps the LaTeX of a letter to a Fraction or a matrix of Fractions, vectors being columns.
    """

    def __init__(self, values):
        self.values = dict(values)

    def equations(self, text):
        """Return left side and value of every equation of an aligned environment; later ones may use earlier ones."""
        body = re.sub(r"\\(begin|end)\{[a-z*]+\}|\\\[|\\\]|\\quad|\{\}", " ", text)
        joined = []
        for row in body.split(r"\\"):
            head, _, rest = row.partition("&")
            if head.strip() or (rest.strip() and not joined):
                joined.append([head.strip(), rest.strip()])
            elif (joined and rest.strip()[0] in "+-=") or joined[-1][1]:
                joined[-1][1] += " " + rest.strip()
            else:
                joined[-1][0], joined[-1][1] = rest.strip(), ""
        found = []
        for left, right in joined:
            if not left:
                left, _, right = right.partition("=")
            value = self.value(right.strip().removeprefix("="))
            self.values[left.strip()] = value
            found.append((left.strip(), value))
        return found

    def value(self, text):
        """Evaluate one expression."""
        self.letters = sorted(self.values, key=len, reverse=True)
        self.rest = text.strip()
        result = self.sum()
        assert not self.rest, f"cannot read {self.rest!r} in {text!r}"
        return result

    def take(self, *candidates):
        for candidate in candidates:
            if self.rest.startswith(candidate):
                self.rest = self.rest[len(candidate) :].lstrip()
                return candidate
        return None

    def sum(self):
        sign = -1 if self.take("-") else 1
        total = product(Fraction(sign), self.product())
        while sign := self.take("+", "-"):
            total = total + product(Fraction(1 if sign == "+" else -1), self.product())
        return total

    def product(self):
        result = self.factor()
        while self.rest and self.rest[0] not in "+-)}=" and not self.rest.startswith((r"\right", r"\bigr")):
            result = product(result, self.factor())
        return result

    def group(self):
        assert self.take("{"), f"a group was expected at {self.rest!r}"
        result = self.sum()
        assert self.take("}"), f"}} was expected at {self.rest!r}"
        return result

    def bracket(self):
        assert self.take("("), f"( was expected at {self.rest!r}"
        result = self.sum()
        assert self.take(r"\right)", r"\bigr)", ")"), f") was expected at {self.rest!r}"
        return result

    def factor(self):
        base = self.base()
        while self.take("^"):
            base = self.raised(base)
        return base

    def raised(self, base):
        if self.take(r"{\top}"):
            return base.T
        if digit := re.match(r"\d", self.rest):
            self.take(digit[0])
            return power(base, int(digit[0]))
        return power(base, int(self.group()))

    def base(self):
        if number := re.match(r"\d+", self.rest):
            self.take(number[0])
            return Fraction(int(number[0]))
        if self.take(r"\frac", r"\tfrac"):
            above = self.group()
            return above / self.group()
        if self.take(r"\operatorname{tr}"):
            return sum(np.diagonal(self.bracket()))
        letter = self.take(*self.letters)
        if letter:
            return self.values[letter]
        self.take(r"\left", r"\bigl")
        return self.bracket()


#: A point at which to evaluate.
POINT = {entry.symbol: Fraction(position + 2, 7) for position, entry in enumerate(NOTATION)}
# Squares are written as such, so that the letter under the exponent needs a rational value too.
SQUARED = {entry.symbol: Fraction(position + 3, 5) for position, entry in enumerate(NOTATION) if "^2" in entry.latex}
POINT |= {symbol: root**2 for symbol, root in SQUARED.items()} | {d: Fraction(3), m: Fraction(5)}


def letters_at(point):
    """Return the values of letters as LaTeX writes them: for R^2 that of R."""
    values = {symbol_latex(symbol): value for symbol, value in point.items() if symbol not in SQUARED}
    return values | {symbol_latex(symbol).removesuffix("^2"): root for symbol, root in SQUARED.items()}


def read_align(text, values):
    """Return what the last equation of an aligned environment comes to."""
    return Reader(values).equations(text)[-1][1]
