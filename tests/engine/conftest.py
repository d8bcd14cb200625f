from __future__ import annotations

import random

import pytest


class MiddleOfTheSpread(random.Random):
    """No jitter: what is drawn is the middle, so that a wait is exactly its length."""

    def random(self) -> float:
        return 0.5


@pytest.fixture
def no_jitter() -> random.Random:
    return MiddleOfTheSpread()
