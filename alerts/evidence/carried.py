"""The verifier as it travels in a pack: verify.py, and the folder of what it needs beside it."""

from __future__ import annotations

from pathlib import Path

from alerts.evidence import verifier

_START = '''\
"""Proves that this evidence is as it was recorded: python verify.py --help"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # nothing may be added to the evidence
sys.path.insert(0, str(HERE))

from verifier import main  # noqa: E402

sys.exit(main(sys.argv[1:], HERE))
'''


def verifier_files() -> dict[str, str]:
    """Their text, by the name of each in the pack."""
    folder = Path(verifier.__file__).parent
    parts = {
        f"verifier/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.py"))
    }
    return {"verify.py": _START, **parts}
