"""Stochastic MAML as other libraries would be used for it: the algorithm on raw data, one function for each way.

Each takes a :class:`Problem` and returns a function that takes outer steps, and how many it takes in a call. Tasks and
data are drawn anew for each step, as everywhere in this library. Single precision, which PyTorch and JAX default to.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from timing import SEED

STEP, OUTER_STEP = 0.5, 0.05
Steps = tuple[Callable[[], object], int]


@dataclass(frozen=True)
class Problem:
    """Two classes of equal weight, without spread and label noise, one inner step.

    Parameters
    ----------
    centres : array, shape (2, d)
        The classes' optimal solutions.
    roots, covariances : array, shape (2, d, d)
        Of the inputs; the roots are symmetric.
    isotropic : bool
        Whether these are multiples of the identity.
    samples, batch : int
        Per task, and tasks per step.
    """

    centres: np.ndarray
    roots: np.ndarray
    covariances: np.ndarray
    isotropic: bool
    samples: int
    batch: int

    @classmethod
    def of(cls, mixture, samples: int, batch: int) -> "Problem":
        """Take the numbers of a mixture."""
        covariances = mixture.covariances.astype(float)
        values, vectors = np.linalg.eigh(covariances)
        roots = (vectors * np.sqrt(values)[:, None, :]) @ vectors.swapaxes(1, 2)
        isotropic = not np.any(covariances - covariances[:, :1, :1] * np.eye(covariances.shape[-1]))
        return cls(mixture.centres.astype(float), roots, covariances, isotropic, samples, batch)

    @property
    def scales(self) -> np.ndarray:
        """Standard deviations and variances of isotropic classes, shape (2, 2)."""
        return np.array([self.roots[:, 0, 0], self.covariances[:, 0, 0]])


def numpy_raw(problem: Problem) -> Steps:
    """NumPy on raw data with the gradient written out."""
    rng, theta = np.random.Generator(np.random.SFC64(SEED)), np.zeros(problem.centres.shape[1])
    samples, (deviations, variances) = problem.samples, problem.scales

    def step():
        nonlocal theta
        labels = rng.integers(0, 2, problem.batch)
        inputs = rng.standard_normal((problem.batch, samples, len(theta)))
        errors = theta - problem.centres[labels]
        if problem.isotropic:
            inputs *= deviations[labels][:, None, None]
        else:
            inputs = inputs @ problem.roots[labels]
        seen = (inputs @ errors[..., None])[..., 0]
        adapted = errors - STEP / samples * (seen[:, None, :] @ inputs)[:, 0]
        if problem.isotropic:
            outer = variances[labels][:, None] * adapted
        else:
            outer = (problem.covariances[labels] @ adapted[..., None])[..., 0]
        seen = (inputs @ outer[..., None])[..., 0]
        gradients = outer - STEP / samples * (seen[:, None, :] @ inputs)[:, 0]
        theta = theta - OUTER_STEP * gradients.mean(axis=0)
        return theta

    return step, 1


def jax_raw(problem: Problem) -> Steps:
    """JAX: the gradient by autodiff, vectorised over tasks, steps in a scan, compiled."""
    import jax
    import jax.numpy as jnp

    centres, roots, covariances = (jnp.asarray(a, jnp.float32) for a in _arrays(problem))
    scales = jnp.asarray(problem.scales, jnp.float32)
    size, steps = centres.shape[1], max(1, 2_000_000 // (problem.batch * problem.samples * centres.shape[1]))

    def loss(theta, inputs, label):
        def inner(parameters):
            return 0.5 * jnp.mean((inputs @ (parameters - centres[label])) ** 2)

        adapted = theta - STEP * jax.grad(inner)(theta) - centres[label]
        curved = scales[1, label] * adapted if problem.isotropic else covariances[label] @ adapted
        return 0.5 * adapted @ curved

    def step(carry, _):
        theta, key = carry
        key, first, second = jax.random.split(key, 3)
        labels = jax.random.randint(first, (problem.batch,), 0, 2)
        inputs = jax.random.normal(second, (problem.batch, problem.samples, size))
        inputs = inputs * scales[0, labels][:, None, None] if problem.isotropic else inputs @ roots[labels]
        gradients = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(theta, inputs, labels)
        return (theta - OUTER_STEP * gradients.mean(axis=0), key), None

    run = jax.jit(lambda carry: jax.lax.scan(step, carry, None, length=steps)[0])
    state = (jnp.zeros(size), jax.random.key(SEED))

    def advance():
        nonlocal state
        state = jax.block_until_ready(run(state))
        return np.asarray(state[0])

    return advance, steps


def torch_autograd(problem: Problem) -> Steps:
    """Run learn2learn's algorithm in PyTorch: task by task, a graph through the inner step, and its gradient."""
    import torch

    theta, draw, optimiser = _torch_learner(problem)

    def step():
        optimiser.zero_grad()
        total = 0.0
        for _ in range(problem.batch):
            inputs, outer_loss, targets = draw()
            parameters = theta.clone()
            inner_loss = 0.5 * ((inputs @ parameters - targets) ** 2).mean()
            (gradient,) = torch.autograd.grad(inner_loss, parameters, create_graph=True)
            total = total + outer_loss(parameters - STEP * gradient)
        (total / problem.batch).backward()
        optimiser.step()
        return theta.detach().numpy()

    return step, 1


def learn2learn_itself(problem: Problem) -> Steps:
    """Learn2learn's own MAML on a linear layer."""
    import learn2learn
    import torch

    theta, draw, _ = _torch_learner(problem)
    layer = torch.nn.Linear(len(theta), 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    maml = learn2learn.algorithms.MAML(layer, lr=STEP)
    optimiser = torch.optim.SGD(maml.parameters(), lr=OUTER_STEP)

    def step():
        optimiser.zero_grad()
        total = 0.0
        for _ in range(problem.batch):
            inputs, outer_loss, targets = draw()
            learner = maml.clone()
            learner.adapt(0.5 * ((learner(inputs)[:, 0] - targets) ** 2).mean())
            total = total + outer_loss(learner.module.weight[0])
        (total / problem.batch).backward()
        optimiser.step()
        return layer.weight[0].detach().numpy()

    return step, 1


def torch_func(problem: Problem, *, compiled: bool = False) -> Steps:
    """Functional PyTorch: the gradient of a task by torch.func.grad, vectorised over tasks by vmap."""
    import torch

    torch.manual_seed(SEED)
    centres, roots, covariances = (torch.as_tensor(a, dtype=torch.float32) for a in _arrays(problem))
    scales, theta = torch.as_tensor(problem.scales, dtype=torch.float32), torch.zeros(centres.shape[1])

    def loss(parameters, inputs, centre, curvature):
        def inner(parameters):
            return 0.5 * ((inputs @ (parameters - centre)) ** 2).mean()

        adapted = parameters - STEP * torch.func.grad(inner)(parameters) - centre
        return 0.5 * adapted @ (curvature * adapted if problem.isotropic else curvature @ adapted)

    def gradient(parameters, inputs, centre, curvature):
        every = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0, 0))
        return every(parameters, inputs, centre, curvature).mean(0)

    mean_gradient = torch.compile(gradient) if compiled else gradient

    def step():
        nonlocal theta
        labels = torch.randint(2, (problem.batch,))
        inputs = torch.randn(problem.batch, problem.samples, len(theta))
        inputs = inputs * scales[0, labels][:, None, None] if problem.isotropic else inputs @ roots[labels]
        curvatures = scales[1, labels] if problem.isotropic else covariances[labels]
        theta = theta - OUTER_STEP * mean_gradient(theta, inputs, centres[labels], curvatures)
        return theta.numpy()

    return step, 1


def torch_func_compiled(problem: Problem) -> Steps:
    """Compile the same by torch.compile."""
    return torch_func(problem, compiled=True)


def _arrays(problem: Problem):
    return problem.centres, problem.roots, problem.covariances


def _torch_learner(problem: Problem):
    """Return parameters, a function that draws inputs, outer loss and targets of a task, and an optimiser."""
    import torch

    torch.manual_seed(SEED)
    centres, roots, covariances = (torch.as_tensor(a, dtype=torch.float32) for a in _arrays(problem))
    deviations, variances = problem.scales.tolist()
    theta = torch.nn.Parameter(torch.zeros(centres.shape[1]))

    def draw():
        label = int(torch.randint(2, ()))
        inputs = torch.randn(problem.samples, len(theta))
        inputs = deviations[label] * inputs if problem.isotropic else inputs @ roots[label]

        def outer_loss(parameters):
            error = parameters - centres[label]
            return 0.5 * error @ (variances[label] * error if problem.isotropic else covariances[label] @ error)

        return inputs, outer_loss, inputs @ centres[label]

    return theta, draw, torch.optim.SGD([theta], lr=OUTER_STEP)


#: Each way with the package that it needs.
RIVALS = {
    "learn2learn's algorithm in PyTorch": ("torch", torch_autograd),
    "learn2learn itself": ("learn2learn", learn2learn_itself),
    "torch.func, vmap and grad": ("torch", torch_func),
    "torch.func, compiled": ("torch", torch_func_compiled),
    "JAX, vmap, grad, scan, jit": ("jax", jax_raw),
    "plain NumPy on raw data": ("numpy", numpy_raw),
}
