"""The .v files: one for each paper, written from its claims, and those written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files

from proofs_check.coq.counterexamples import first_counterexample
from proofs_check.coq.printing import identifier
from proofs_check.coq.theorems import Export, Theorem, as_comment_block, comment, derivation_theorem, export
from theory.claim import Claim, Layer, builtin_claims

__all__ = [
    "BEYOND_THE_LEDGER",
    "BY_HAND",
    "Handwritten",
    "PaperFile",
    "committed_file",
    "file_name",
    "package_text",
    "paper_file",
    "paper_of",
]


@dataclass(frozen=True)
class Handwritten:
    """Theorems of a file written by hand that settle a claim.

    Parameters
    ----------
    file : str
        Name of the .v file.
    theorems : tuple of str
        All of them are needed.
    says : str
        What they prove, and what they assume.
    """

    file: str
    theorems: tuple[str, ...]
    says: str


_ANY_MIXTURE = "for every mixture and dimension, with forms, means and expectations assumed bilinear and linear"
_GAUSSIAN = "for every dimension and sample count, from Gaussian second moments and Isserlis' identity as assumptions"

#: Claims on matrices, which the generator does not write.
BY_HAND: Mapping[str, Handwritten] = {
    "collins2022.moment-second": Handwritten("Moments.v", ("second_moment", "second_moment_symmetric"), _GAUSSIAN),
    "collins2022.curvature-one-step": Handwritten("Moments.v", ("curvature_of_one_step",), _GAUSSIAN),
    "collins2022.nal-optimum": Handwritten(
        "Objective.v", ("stationary_iff_normal_equations", "best_is_unique"), _ANY_MIXTURE
    ),
    "collins2022.maml-optimum": Handwritten(
        "Objective.v", ("stationary_iff_normal_equations", "best_is_unique"), _ANY_MIXTURE
    ),
    "collins2022.risk-decomposition": Handwritten(
        "Objective.v", ("risk_decomposition", "stationary_is_best"), _ANY_MIXTURE
    ),
    "collins2022.gain-squared-distance": Handwritten(
        "Objective.v",
        ("gain_is_a_squared_distance", "gain_nonnegative", "gain_zero_iff_same_optimum"),
        _ANY_MIXTURE,
    ),
    "collins2022.same-covariance-no-gain": Handwritten("Objective.v", ("same_covariance_no_gain",), _ANY_MIXTURE),
    "collins2022.same-centre-no-gain": Handwritten("Objective.v", ("same_centre_no_gain",), _ANY_MIXTURE),
}

#: Theorems written by hand that no claim of the ledger states.
BEYOND_THE_LEDGER: Mapping[str, Handwritten] = {
    "every number of fresh steps": Handwritten(
        "KSteps.v",
        ("curvature_after_K_steps", "hard_tilt_iff_for_every_K", "more_steps_more_tilt", "hard_tilt_grows"),
        "by induction on the number of steps, for two isotropic classes",
    )
}


@dataclass(frozen=True)
class Shared:
    """A theorem that the typed layers equal the derived ones, which several claims rest on."""

    theorem: Theorem
    claims: frozenset[str]


@dataclass(frozen=True)
class PaperFile:
    """One paper's claims in Coq.

    Parameters
    ----------
    paper : str
        The part of the claims' names before the dot.
    shared : tuple of Shared
        Theorems on layers, which come first.
    exports : tuple of Export
        One for each claim, in order.
    """

    paper: str
    shared: tuple[Shared, ...]
    exports: tuple[Export, ...]

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """Every theorem of the file, in order."""
        return (*(s.theorem for s in self.shared), *(t for e in self.exports for t in e.theorems))

    def needed_by(self, claim: str) -> tuple[Theorem, ...]:
        """Return the theorems that a claim rests on."""
        own = next((e.theorems for e in self.exports if e.claim.name == claim), ())
        return (*(s.theorem for s in self.shared if claim in s.claims), *own)

    def lacks_derivation(self, claim: Claim) -> bool:
        """Whether a claim has layers both typed and derived that no theorem here shows to be equal."""
        both = any(layer.definition is not None and layer.derivation is not None for layer in claim.layers)
        return both and not any(claim.name in s.claims for s in self.shared)

    def source(self, theorems: Iterable[Theorem] | None = None) -> str:
        """Write the file, or one with some of its theorems only."""
        chosen = tuple(self.theorems if theorems is None else theorems)
        kept = {t.name for t in chosen}
        libraries = dict.fromkeys(t.library for t in chosen if t.library is not None)
        parts = [_HEADER.format(paper=self.paper), package_text("library/Prelude.v"), *map(package_text, libraries)]
        for shared in self.shared:
            if shared.theorem.name in kept:
                names = ", ".join(sorted(shared.claims))
                parts.append(
                    as_comment_block([f"What is typed by hand equals what the library derives. Used by: {names}."])
                )
                parts.append(shared.theorem.text)
        for item in self.exports:
            if theorems is None or any(t.name in kept for t in item.theorems):
                parts.append(comment(item.claim, item))
                parts += [t.text for t in item.theorems if t.name in kept]
        return "\n".join(parts)


_HEADER = """(* {paper}: claims as theorems over the real numbers, generated by `landscape prove
   --keep DIR`. Do not edit. Compile with plain `coqc`, Coq 8.16 or later; nothing else is
   needed. What a proof rests on: `Print Assumptions NAME.`

   Division: Coq's x / 0 is some number of which nothing is known; every cancellation is proved to be by something that
   is not zero. *)
"""


@cache
def package_text(name: str) -> str:
    """Read a file of this package.

    Parameters
    ----------
    name : str
        For example ``KSteps.v``, or ``library/Prelude.v``, which generated files begin with.
    """
    return files("proofs_check.coq").joinpath(name).read_text(encoding="utf-8")


def paper_of(claim: Claim) -> str:
    """Return the part of a claim's name before the first dot."""
    return claim.name.partition(".")[0]


def file_name(paper: str) -> str:
    """Return the name of a paper's file: ``Collins2022.v``."""
    name = identifier(paper)
    return f"{name[0].upper()}{name[1:]}.v"


def paper_file(paper: str, claims: Sequence[Claim], counterexamples: Mapping[str, Mapping[str, Fraction]]) -> PaperFile:
    """Write the theorems of one paper.

    Parameters
    ----------
    paper : str
        Its name.
    claims : sequence of Claim
        What is to be exported.
    counterexamples : mapping from claim name to values by symbol name
        The claims among them whose negation is to be proved.
    """
    written = (_pointing_to_files(export(claim, counterexamples.get(claim.name))) for claim in claims)
    exports = tuple(_distinct(written))
    affirmed = [e.claim for e in exports if e.theorems and not e.refutes]
    return PaperFile(paper, tuple(_shared(paper, affirmed)), exports)


def _distinct(exports: Iterable[Export]) -> Iterator[Export]:
    """Give theorems other names where two claims, such as ``a-b`` and ``a_b``, would have the same in Coq."""
    taken = set[str]()
    for item in exports:
        theorems = []
        for theorem in item.theorems:
            name = theorem.name
            while name in taken:
                name += "_"
            taken.add(name)
            theorems.append(replace(theorem, name=name))
        yield replace(item, theorems=tuple(theorems))


def _pointing_to_files(item: Export) -> Export:
    """Say where a claim is proved by hand."""
    entry = BY_HAND.get(item.claim.name)
    if item.theorems or entry is None:
        return item
    return replace(item, reason=f"proved by hand in {entry.file}: {', '.join(entry.theorems)}; {entry.says}")


def _shared(paper: str, claims: Sequence[Claim]) -> list[Shared]:
    """Prove once, for claims that share their layers, that these are what the library derives."""
    groups: dict[tuple[Layer, ...], list[Claim]] = {}
    both = {c.name: tuple(x for x in c.layers if x.definition is not None and x.derivation is not None) for c in claims}
    for claim in sorted(claims, key=lambda c: -len(c.layers)):
        if not both[claim.name]:
            continue
        longer = (g for g in groups if g[: len(claim.layers)] == claim.layers)
        groups.setdefault(next(longer, claim.layers), []).append(claim)
    shared: list[Shared] = []
    for members in groups.values():
        last = both[members[0].name][-1].symbol
        common = tuple(h for h in members[0].hypotheses if all(h in c.hypotheses for c in members))
        name, number = f"{paper}.{last}_as_derived", 1
        while any(s.theorem.name == identifier(name) for s in shared):
            number += 1
            name = f"{paper}.{last}_as_derived_{number}"
        theorem = derivation_theorem(name, members[0], common)
        if theorem is not None:
            shared.append(Shared(theorem, frozenset(c.name for c in members)))
    return shared


def committed_file(paper: str) -> PaperFile:
    """Write the file that belongs into the repository: every claim of a paper, and the negations of the false ones.

    Parameters
    ----------
    paper : str
        For example ``collins2022``.
    """
    claims = [claim for claim in builtin_claims() if paper_of(claim) == paper]
    false = [claim for claim in claims if claim.expected == "refuted"]
    points = {claim.name: point for claim in false if (point := first_counterexample(claim)) is not None}
    return paper_file(paper, claims, points)
