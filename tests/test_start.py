"""What importing the library and the page does and does not do."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(code):
    """Return what a new Python process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_openmp_wait_policy_is_set_before_torch_is_imported():
    code = "import sys, os, gan; print('torch' in sys.modules, os.environ['OMP_WAIT_POLICY'])"
    assert run(code) == "False PASSIVE"


def test_importing_the_page_starts_no_thread_and_imports_no_heavy_package():
    heavy = ("torchvision", "torch._dynamo", "sympy", "triton", "scipy", "matplotlib")
    code = (
        "import sys, threading, demo.ui; print([each.name for each in threading.enumerate()],"
        f"[name for name in {heavy} if name in sys.modules])"
    )
    assert run(code) == "['MainThread'] []"
