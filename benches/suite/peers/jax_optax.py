"""JAX under jit: Optax's losses where it has them, with the value and the gradient in one call."""

import time

import jax
import jax.numpy as jnp
import optax

from .pytorch import jaccard_of, tensor, tversky_of

jax.config.update("jax_enable_x64", True)  # for f64, and so that labels need no copy
# Calls run on the calling thread, with what JAX itself shares out: no hop to another one, which costs small calls time.
jax.config.update("jax_cpu_enable_async_dispatch", False)


def array(buffer, dtype):
    """The buffer itself where JAX can take it: DLPack shares memory, and numpy's bf16 goes by way of PyTorch's."""
    shared = jax.dlpack.from_dlpack(tensor(buffer, dtype))
    if shared.unsafe_buffer_pointer() != buffer.ctypes.data:
        raise RuntimeError("JAX has copied a buffer that it was to share")
    return shared


def last(x):
    """Optax wants the classes last."""
    return jnp.moveaxis(x, 1, -1)


def categorical_focal(x, t):
    logarithm = jnp.take_along_axis(jax.nn.log_softmax(x, axis=1), t[:, None], axis=1)[:, 0]
    return -((1 - jnp.exp(logarithm)) ** 2) * logarithm


def dice(x, t):
    # Optax adds its smoothing to half of the numerator and denominator that others have.
    return optax.losses.dice_loss(last(x), jax.nn.one_hot(t, x.shape[1], dtype=x.dtype), smooth=5e-6, reduction="none")


def categorical_hinge(x, t):
    true = jax.nn.one_hot(t, x.shape[1], dtype=bool)
    worst = jnp.where(true, 0, x).max(1)
    return jax.nn.relu(1 + worst - jnp.take_along_axis(x, t[:, None], axis=1)[:, 0])


def overlap(x, t):
    """Intersections and the sizes of predicted and true regions; Optax has dice alone."""
    p = jax.nn.softmax(x, axis=1)
    truth = jax.nn.one_hot(t, x.shape[1], axis=1, dtype=x.dtype)
    return (p * truth).sum((2, 3)), p.sum((2, 3)), truth.sum((2, 3))


UNREDUCED = {
    "l1": lambda x, t: jnp.abs(x),
    "l2": lambda x, t: jnp.square(x),
    "mse": optax.losses.squared_error,
    "mae": lambda x, t: jnp.abs(x - t),
    "huber": optax.losses.huber_loss,
    "bce": optax.losses.sigmoid_binary_cross_entropy,
    "focal": optax.losses.sigmoid_focal_loss,
    "hinge": optax.losses.hinge_loss,
    "squared_hinge": lambda x, t: optax.losses.hinge_loss(x, t) ** 2,
    "cross_entropy": lambda x, t: optax.losses.softmax_cross_entropy_with_integer_labels(x, t, axis=1),
    "categorical_focal": categorical_focal,
    "multiclass_hinge": optax.losses.multiclass_hinge_loss,
    "categorical_hinge": categorical_hinge,
    "dice": dice,
    "jaccard": lambda x, t: jaccard_of(*overlap(x, t)),
    "tversky": lambda x, t: tversky_of(*overlap(x, t)),
}


class Jax:
    name = "JAX"

    def prepare(self, case, buffers):
        unreduced = UNREDUCED[case.loss]
        if case.summed:
            loss = lambda x, t: unreduced(x, t).sum(dtype=jnp.float32)
        else:
            loss = lambda x, t: unreduced(x, t).mean()
        return Run(jax.jit(jax.value_and_grad(loss)), case, buffers)


class Run:
    def __init__(self, function, case, buffers):
        self.function, self.buffers = function, buffers
        self.input, self.target = array(buffers.input, case.dtype), array(buffers.target, case.dtype)

    def on(self, case, buffers):
        """The same function, compiled once, on other buffers."""
        return Run(self.function, case, buffers)

    def time(self, calls):
        start = time.perf_counter()
        for _ in range(calls):
            jax.block_until_ready(self.function(self.input, self.target))
        return (time.perf_counter() - start) / calls

    def result(self):
        value, gradient = self.function(self.input, self.target)
        if gradient.dtype.name != self.buffers.input.dtype.name:
            raise RuntimeError(f"JAX's gradient is {gradient.dtype.name}, not {self.buffers.input.dtype.name}")
        return float(value), gradient

    def close(self):
        jax.clear_caches()
