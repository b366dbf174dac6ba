"""Published update rules, one per file, under the names by which the command knows them."""

from numerics.methods.learner import Episodes, Learner
from numerics.methods.maml import MAML
from numerics.methods.nal import NAL

__all__ = ["LEARNERS", "MAML", "NAL", "Episodes", "Learner"]

#: Name -> update rule.
LEARNERS: dict[str, type[Learner]] = {learner.name: learner for learner in (NAL, MAML)}
