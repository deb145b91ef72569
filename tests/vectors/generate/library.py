"""losskit itself, called through its C ABI."""

import ctypes

import numpy

CODES = {"float32": 1, "float64": 2, "float16": 3, "bfloat16": 4, "int8": 5, "uint8": 6, "int32": 7, "int64": 8, "bool": 9}


class Error(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("status", ctypes.c_int32),
        ("index", ctypes.c_int64),
        ("message", ctypes.c_char * 240),
    ]


class View(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_uint32),
        ("rank", ctypes.c_uint32),
        ("shape", ctypes.c_int64 * 8),
        ("strides", ctypes.c_int64 * 8),
    ]

    @staticmethod
    def of(array):
        """The view of a numpy array, or of a torch tensor, which may be bfloat16."""
        torch_s = hasattr(array, "data_ptr")
        address = array.data_ptr() if torch_s else array.ctypes.data
        view = View(address, CODES[str(array.dtype).removeprefix("torch.")], array.ndim)
        view.shape[: array.ndim] = array.shape
        view.strides[: array.ndim] = array.stride() if torch_s else [s // array.itemsize for s in array.strides]
        return view


class Operand(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("tensor", ctypes.POINTER(View)),
        ("gradient", ctypes.POINTER(View)),
        ("hessian", ctypes.POINTER(View)),
        ("flags", ctypes.c_uint64),
    ]


class Refused(Exception):
    """A status other than success, with its message."""


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        for name in ("lk_loss_create", "lk_loss_eval"):
            getattr(self.c, name).restype = ctypes.c_int32
        self.c.lk_loss_create.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Error)]
        self.c.lk_loss_destroy.argtypes, self.c.lk_loss_destroy.restype = [ctypes.c_void_p], None
        self.c.lk_loss_eval.argtypes = [
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(Operand),
            ctypes.c_size_t,
            ctypes.POINTER(View),
            ctypes.POINTER(Error),
        ]

    def evaluate(self, spec, operands, shape, real, differentiate):
        """The value of this shape, and the gradient of the operand named by `differentiate`."""
        value = numpy.full(shape, numpy.nan, real)
        gradient = numpy.full(operands[differentiate].shape, numpy.nan, real)
        self.call(spec, operands, value, {differentiate: (gradient, None)})
        return value, gradient

    def call(self, spec, operands, value, derivatives):
        """Fills the value and, by operand, the pairs of gradient and Hessian, each of which may be None."""
        error = Error(struct_size=ctypes.sizeof(Error))

        def demand(status):
            if status:
                raise Refused(f"{spec}: status {status}: {error.message.decode()}")

        def view(array):
            return None if array is None else ctypes.pointer(View.of(array))

        loss = ctypes.c_void_p()
        demand(self.c.lk_loss_create(spec.encode(), ctypes.byref(loss), ctypes.byref(error)))
        try:
            entries = (Operand * len(operands))()
            for entry, (name, array) in zip(entries, operands.items()):
                gradient, hessian = derivatives.get(name, (None, None))
                entry.name, entry.tensor = name.encode(), view(array)
                entry.gradient, entry.hessian = view(gradient), view(hessian)
            demand(self.c.lk_loss_eval(loss, None, entries, len(operands), view(value), ctypes.byref(error)))
        finally:
            self.c.lk_loss_destroy(loss)


def array(tensor, real, rng):
    """A tensor of a case as losskit takes it: numbers in the float type, integers in any type that holds them."""
    if tensor.kind == "f":
        return numpy.array(tensor.values, real).reshape(tensor.shape)
    low, high = min(tensor.values, default=0), max(tensor.values, default=0)
    holding = [
        k for k in ("int8", "uint8", "int32", "int64") if numpy.iinfo(k).min <= low and high <= numpy.iinfo(k).max
    ]
    return numpy.array(tensor.values, rng.choice(holding)).reshape(tensor.shape)
