"""`landscape new-claim`: a file of claims to begin with, which runs as it is."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

import click

from proofs_check.commands.options import Target, TargetType

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*")

_TEMPLATE = '''\
"""Claims on {name}. To judge them, name this file: landscape verify --claims FILE"""

import sympy as sp

from theory import Claim, Layer, PairQuantity, Statement, alpha, d, domains, eq, gt, lt, m, p, rho_E, rho_H

# Symbols of your own. They are plain: whatever is assumed of them is a hypothesis.
share_maml, share_nal = sp.symbols("share_maml share_nal")

# All that is assumed. domains(...) gives the domain of each symbol of the notation, such as alpha > 0, 0 < p < 1.
PAIR = (*domains(alpha, p, rho_H, m, d), gt(rho_E, rho_H))

# Names for what the library derives: the share of the easy centre in the optimum of each learner.
SHARES = (
    Layer(share_maml, derivation=PairQuantity("share_maml")),
    Layer(share_nal, derivation=PairQuantity("share_nal")),
)

CLAIMS = (
    # A definition that is typed by hand is compared with what the library derives under that name.
    Claim(
        name="{name}.nal-share",
        sentence="NAL weighs each class by its probability times its input variance.",
        hypotheses=PAIR,
        layers=(SHARES[1],),
        conclusion=Statement(eq(share_nal, (1 - p) * rho_E / ((1 - p) * rho_E + p * rho_H))),
    ),
    # A claim that sounds right and is false: expected to be refuted, so that the run succeeds.
    Claim(
        name="{name}.always-harder",
        sentence="MAML always gives the hard class more weight than NAL does.",
        hypotheses=PAIR,
        layers=SHARES,
        conclusion=Statement(lt(share_maml, share_nal)),
        expected="refuted",
    ),
)
'''


class _NameType(click.ParamType[str]):
    """What the claims' names begin with."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that claims and a file can be named after it."""
        if not _NAME.fullmatch(value):
            self.fail(
                f"{value!r} cannot name claims and their file; use a letter, then letters and digits, with single '-' "
                "or '_' between them, as in small-steps",
                param,
                ctx,
            )
        return str(value)


@click.command("new-claim")
@click.argument("name", type=_NameType())
@click.option("-o", "--output", "target", type=TargetType(), help="Where to write.  [default: claims_NAME.py]")
def command(name: str, target: Target | None) -> None:
    """Write a commented file of claims on NAME, which runs as it is: one claim is proved, a false one refuted.

    A file that exists is never overwritten. Files named claims_*.py are collected from folders, and by pytest.
    """
    if target is None:
        target = TargetType().convert(f"claims_{name.replace('-', '_')}.py", None, None)
    if target.path is not None and os.path.lexists(target.path):
        raise click.UsageError(f"{target.path!r} exists and is not overwritten; name another file with -o FILE")
    target.write(_TEMPLATE.format(name=name))
    if target.path is not None:
        click.echo(f"wrote {target.path}; judge its claims with: landscape verify --claims {shlex.quote(target.path)}")
