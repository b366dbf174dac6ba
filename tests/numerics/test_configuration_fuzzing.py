"""Whatever a configuration is mutated to, it is accepted or refused with a message: nothing else is ever raised."""

import copy
import datetime
from decimal import Decimal

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from numerics.configuration import Configuration, load
from theory.errors import ConfigurationError

VALID = {
    "dimension": 2,
    "adaptation": {"step_size": 0.9, "samples": 25, "steps": 1, "data": "reused"},
    "task_class": [
        {"name": "easy", "weight": 0.5, "covariance": 1.0, "centre": 0.0, "spread": 0.04, "noise": 0.0},
        {"name": "hard", "weight": 0.5, "covariance": [[1, 0.5], [0.5, 1]], "centre": [1, 2], "spread": [0, 1]},
    ],
}
PLACES = [
    (),
    ("dimension",),
    ("adaptation",),
    *[("adaptation", key) for key in VALID["adaptation"]],
    ("task_class",),
    *[("task_class", i, key) for i, table in enumerate(VALID["task_class"]) for key in table],
    *[("task_class", 1, "covariance", i, j) for i in range(2) for j in range(2)],
    ("task_class", 1, "centre", 0),
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(),
    st.decimals(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.datetimes(),
    st.sampled_from([10**4000, Decimal("1e400000"), Decimal("sNaN"), np.eye(2), np.float64("nan"), np.longdouble(1)]),
    st.sampled_from([datetime.time(1), "inf", "fresh", np.array(2), object(), {1}, Ellipsis]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.one_of(
    st.text(max_size=4), st.sampled_from(["noise", "center", "data", "dimension"]), st.integers(), st.none()
)


def parent_of(mapping, place):
    for part in place[:-1]:
        mapping = mapping[part]
    return mapping


@st.composite
def mutated(draw):
    mapping = copy.deepcopy(VALID)
    # Deepest first and last first, so that no mutation takes away or moves the place of the next.
    places = draw(st.sets(st.sampled_from(PLACES), min_size=1, max_size=3))
    for place in sorted(places, key=lambda place: (len(place), PLACES.index(place)), reverse=True):
        change = draw(st.sampled_from(["replace", "delete", "add"]))
        if not place:
            mapping[draw(KEYS)] = draw(VALUES)
        elif change == "replace":
            parent_of(mapping, place)[place[-1]] = draw(VALUES)
        elif change == "delete":
            del parent_of(mapping, place)[place[-1]]
        elif isinstance(parent := parent_of(mapping, place), dict):
            parent[draw(KEYS)] = draw(VALUES)
    return mapping


def check(configuration):
    """What holds for every configuration there is."""
    exact, _ = configuration.exact
    assert sum(exact.weights) == 1
    assert Configuration.parse(configuration.to_toml()) == configuration
    for mixture in (configuration.mixture, exact):
        assert mixture.covariances.shape == mixture.spreads.shape == (*mixture.centres.shape, mixture.dimension)
    assert np.isfinite(configuration.mixture.covariances).all()


def check_accepted_or_refused(read):
    message = None
    try:
        configuration = read()
    except ConfigurationError as error:
        message = str(error)
    if message is None:
        event("accepted")
        check(configuration)
    else:
        event("refused")
        # Lines that a terminal can show.
        assert all(line.strip() and line.isprintable() and len(line) < 700 for line in message.split("\n"))


@given(mutated())
def test_a_mutated_mapping_is_accepted_or_refused(mapping):
    check_accepted_or_refused(lambda: Configuration.from_mapping(mapping))


TEXT = Configuration.from_mapping(VALID).to_toml()
FRAGMENTS = st.sampled_from(
    [
        "",
        "=",
        "[",
        "]]",
        '"',
        "\n",
        "#",
        "-",
        "1e999",
        "nan",
        "inf",
        "true",
        "{}",
        "2026-01-01",
        "0x1f",
        "1e99999999999999999999",
    ]
) | st.text(max_size=4)


@given(st.integers(0, len(TEXT)), st.integers(0, 8), FRAGMENTS)
def test_a_mutated_text_is_accepted_or_refused(at, removed, inserted):
    check_accepted_or_refused(lambda: Configuration.parse(TEXT[:at] + inserted + TEXT[at + removed :]))


@given(content=st.binary() | st.builds(lambda at, junk: TEXT.encode()[:at] + junk, st.integers(0, 400), st.binary()))
def test_a_file_of_any_bytes_is_accepted_or_refused(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "some.toml"
    path.write_bytes(content)
    check_accepted_or_refused(lambda: load(path))
