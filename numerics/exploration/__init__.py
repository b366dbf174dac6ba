"""Monte Carlo for exploration: risks and gain of a configuration, by estimators that use what is known of it.

What is known is integrated out, subtracted or spread evenly, which saves a factor of ten to ten thousand in samples.
Taken far enough, such an estimate *is* the closed form: no check of the theory may use the theory that it checks, so no
verdict rests on anything here, and an import contract keeps it so. Every result names its estimator.
"""

from numerics.exploration.estimators import ESTIMATORS, Estimator
from numerics.exploration.question import OUTCOMES, Question
from numerics.exploration.run import Exploration, Result, explore

__all__ = ["ESTIMATORS", "OUTCOMES", "Estimator", "Exploration", "Question", "Result", "explore"]
