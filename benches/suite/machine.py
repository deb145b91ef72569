"""What was measured on, and with which versions."""

import importlib.metadata
import os
import re
import subprocess
from pathlib import Path

from .native import Native, cores


def processor():
    """The processor's name and the widest vectors that it has."""
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = set(re.search(r"^flags\s*: (.*)$", text, re.MULTILINE).group(1).split()) if "flags" in text else set()
    level = next((word for flag, word in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "no AVX2")
    return f"{name.group(1) if name else 'unknown'}, {level}"


def first_line(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def losskit_version(native):
    version = native.losskit.lk_version()
    return f"{version >> 16}.{version >> 8 & 255}.{version & 255}"


def describe(folder):
    native = Native(folder)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    version = native.onednn.onednn_version() if native.onednn else 0
    packages = {name: importlib.metadata.version(name) for name in ("torch", "jax", "optax", "numpy")}
    return {
        "processor": processor(),
        "cores": cores(),
        "memory": f"{memory / 2**30:.0f} GB",
        "losskit": losskit_version(native),
        "compiler": first_line(os.environ.get("CC", "cc"), "--version"),
        "libc": os.confstr("CS_GNU_LIBC_VERSION"),
        "onednn": f"{version // 10000}.{version // 100 % 100}.{version % 100}",
        **packages,
    }
