"""One module for each that is measured. Each has a class with `name` and `prepare(case, buffers)`, which gives what
measure.py times: an object with `time(calls)`, in seconds per call, and `result()`, the value and the gradient; or None
where the peer does not do the case.
"""
