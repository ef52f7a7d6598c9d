"""What a test does when this machine lacks a tool: skip on a laptop, fail in CI."""

import os
from typing import NoReturn

import pytest


def missing(tool: str, package: str) -> NoReturn:
    """Ends the test; *package* is the Debian package that would bring the *tool*."""
    lacking(f"{tool} is not installed (apt-get install {package})")


def lacking(sentence: str) -> NoReturn:
    """Ends the test, where it is no package that is missing."""
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
