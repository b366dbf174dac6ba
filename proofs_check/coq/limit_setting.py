"""What a limit says in Coq: hypotheses, what is fixed while the variable moves, and the statement in eps and delta."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sympy as sp

from proofs_check.coq.layers import shaped
from proofs_check.coq.layout import premises, wrapped
from proofs_check.coq.printing import Names
from proofs_check.coq.scripts import Writer, flat
from proofs_check.goal import Definition, Goal
from proofs_check.limits import limit_goal
from theory.claim import Claim, Limit
from theory.formula import And, Formula, Relation

__all__ = ["Setting", "Unprovable"]


class Unprovable(Exception):
    """Why no proof of a limit is generated."""


class Setting:
    """A limit's statement: what is fixed while the variable moves, and what moves with it."""

    def __init__(self, claim: Claim) -> None:
        ready, _ = shaped(claim)
        assert isinstance(ready.conclusion, Limit)
        self.claim, self.limit, self.goal = claim, ready.conclusion, limit_goal(ready)
        self.variable = self.limit.variable
        if self.variable not in self.goal.symbols:
            raise Unprovable(f"{self.variable}, which is to move, occurs nowhere else")
        self.moving, self.fixed = list[Definition](), list[Definition]()
        moves = {self.variable}
        # No definition is kept as an atom: the variable reaches into most of them.
        for definition in (replace(d, positive=False) for d in self.goal.definitions):
            if definition.expression.free_symbols & moves:
                moves.add(definition.symbol)
                self.moving.append(definition)
            else:
                self.fixed.append(definition)
        for part, name in ((self.limit.point, "point"), (self.limit.value, "value")):
            if part.free_symbols & moves:
                raise Unprovable(f"the {name} {part} of the limit depends on {self.variable}")
        hypotheses = flat(self.goal.hypotheses, integers=False)
        self.early = tuple(h for h in hypotheses if not h.symbols & moves)
        self.late = tuple(h for h in hypotheses if h.symbols & moves)
        self.parameters = [s for s in self.goal.symbols if s != self.variable]
        self.names = Names((*self.goal.symbols, *(d.symbol for d in self.goal.definitions)))
        self.epsilon, self.delta = self.names.fresh("eps"), self.names.fresh("delta")
        self.bound, self.far = self.names.fresh("K"), self.names.fresh("M")

    @property
    def at_infinity(self) -> bool:
        """Whether the variable grows without bound."""
        return self.limit.point in (sp.oo, -sp.oo)

    @property
    def infinite(self) -> bool:
        """Whether the value is infinite."""
        return self.limit.value in (sp.oo, -sp.oo)

    def statement(self) -> str:
        """Write the limit out: for every eps there is a delta, or for every K, or there is an M."""
        names, x = self.names, self.names[self.variable]
        lines = [f"  forall {' '.join(names[s] for s in self.parameters)} : R,"] if self.parameters else []
        lines += [*self._lets(self.fixed), *premises(self.early, names, integers=False)]
        asked = (
            f"  forall {self.bound} : R," if self.infinite else f"  forall {self.epsilon} : R, 0 < {self.epsilon} ->"
        )
        if self.at_infinity:
            sides = (self.far, x) if self.limit.point == sp.oo else (x, self.far)
            where = f"  exists {self.far} : R, forall {x} : R, {sides[0]} < {sides[1]} ->"
        else:
            distance = f"0 < Rabs ({x} - {names.operand(self.limit.point)}) < {self.delta}"
            where = f"  exists {self.delta} : R, 0 < {self.delta} /\\ forall {x} : R, {distance} ->"
        lines += [asked, where, *self._lets(self.moving), *premises(self.late, names, integers=False)]
        return "\n".join(line for long in [*lines, f"  {self._nearness()}"] for line in wrapped(long))

    def _lets(self, definitions: Iterable[Definition]) -> list[str]:
        return [f"  let {self.names[d.symbol]} := {self.names.expression(d.expression)} in" for d in definitions]

    def _nearness(self) -> str:
        expression = self.names.expression(self.limit.expression)
        if self.infinite:
            return f"{self.bound} < {expression}" if self.limit.value == sp.oo else f"{expression} < {self.bound}"
        return f"Rabs ({expression} - {self.names.operand(self.limit.value)}) < {self.epsilon}"

    def ask(
        self,
        conclusion: Formula,
        further: Sequence[Formula] = (),
        *,
        early: bool = False,
        fixed: Sequence[Definition] | None = None,
    ) -> list[str] | None:
        """Return a script that proves a formula from the hypotheses, which Coq's context holds as H1, H2, ..."""
        hypotheses = self.early if early else (*self.early, *self.late, *further)
        fixed = self.fixed if fixed is None else fixed
        definitions = fixed if early else (*fixed, *self.moving)
        return Writer(Goal(hypotheses, tuple(definitions), conclusion), {}, self.names).write()

    def hypothesis(self, number: int) -> str:
        """Return the name of the further hypothesis of a number, from 0."""
        return f"H{len(self.early) + len(self.late) + number + 1}"

    def secured(self, needed: Sequence[Relation], fixed: Sequence[Definition] | None = None) -> list[str]:
        """Prove what is needed of first coefficients as C1, C2, ...

        Where the hypotheses on the variable are needed for that, they hold for some value of it or there is nothing to
        prove: which of the two is decided by comparing real numbers.
        """
        if not needed:
            return []
        together = And(tuple(needed)) if len(needed) > 1 else needed[0]
        text = self.names.formula(together)
        pattern = " & ".join(f"C{i}" for i in range(1, len(needed) + 1))
        pattern = f"({pattern})" if len(needed) > 1 else pattern
        early = self.ask(together, early=True, fixed=fixed)
        if early is not None:
            opened = [f"destruct D0 as {pattern}."] if len(needed) > 1 else ["rename D0 into C1."]
            return [f"assert (D0 : {text}).", "{", *early, "}", *opened]
        late = self.ask(together, fixed=fixed)
        if late is None:
            raise Unprovable(f"no certificate found for {together}")
        start = ["exists 1; split; [lra |]."] if not self.at_infinity else ["exists 0."]
        return [
            f"assert (D0 : ({text}) \\/ ~ ({text})) by decided.",
            f"destruct D0 as [{pattern} | D0].",
            "2: {",
            *start,
            f"intros {' '.join(self.moving_names())}; exfalso; apply D0.",
            *late,
            "}",
        ]

    def moving_names(self) -> list[str]:
        """Return what is introduced with the variable: itself, that it is close, what moves with it, hypotheses."""
        first = len(self.early) + 1
        return [
            self.names[self.variable],
            "X0",
            *(self.names[d.symbol] for d in self.moving),
            *(f"H{i}" for i in range(first, first + len(self.late))),
        ]
