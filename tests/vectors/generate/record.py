"""Cases as text: the records of README.md."""

import math

import numpy

import reduce
from casebook import Case

F32_MAX = float(numpy.finfo(numpy.float32).max)


def plain(v):
    """The shortest text that reads back as this double."""
    if math.isnan(v):
        return "nan"
    if math.isinf(v):
        return "inf" if v > 0 else "-inf"
    if v == int(v) and abs(v) < 1e15:
        return "-0" if v == 0 and math.copysign(1, v) < 0 else str(int(v))
    return repr(v)


def words(shape, values):
    return " ".join([str(len(shape)), *map(str, shape), *values])


def rounded(values, dtype):
    """60-digit numbers as the nearest doubles; what the float type cannot hold becomes an infinity."""
    result = []
    for v in values:
        v = float(v)
        if dtype == "f32" and math.isfinite(v) and abs(v) > F32_MAX:
            v = math.copysign(math.inf, v)
        result.append(v + 0.0)
    scale = max((abs(v) for v in result if math.isfinite(v)), default=0)
    floor = 1e-30 if dtype == "f32" else 1e-290
    assert scale == 0 or scale > floor, f"nothing but subnormal numbers: {result}"
    return result


def expected(case: Case, dtype):
    """Value, gradients and second derivatives of a case, as (shape, doubles)."""
    result = reduce.evaluate(case.terms, case.operands, dtype)
    value = (result.shape, rounded(result.value, dtype))

    def kept(table, wanted):
        return {
            name: (case.operands[name].shape, rounded(values, dtype))
            for name, values in table.items()
            if wanted and values is not None and None not in values
        }

    return value, kept(result.gradient, case.gradient), kept(result.hessian, case.hessian)


def body(case, dtypes, results):
    value, gradients, hessians = results
    lines = [f"# {case.comment}"] if case.comment else []
    lines += [f"case {case.name}", f"spec {case.spec}", f"dtype {' '.join(dtypes)}"]
    for name, operand in case.operands.items():
        texts = map(plain, operand.values) if operand.kind == "f" else map(str, operand.values)
        lines.append(f"operand {name} {operand.kind} {words(operand.shape, texts)}")
    lines.append(f"value {words(value[0], map(plain, value[1]))}")
    for word, table in (("gradient", gradients), ("hessian", hessians)):
        lines += [f"{word} {name} {words(shape, map(plain, values))}" for name, (shape, values) in table.items()]
    return "\n".join(lines + ["end", ""])


def records(case):
    """The text of a case, one record, or one per float type where the expected numbers differ; and those numbers."""
    results = {dtype: expected(case, dtype) for dtype in case.dtypes}
    same = len({repr(r) for r in results.values()}) == 1
    groups = [tuple(results)] if same else [(dtype,) for dtype in results]
    return "\n".join(body(case, group, results[group[0]]) for group in groups), results
