"""Names that are shown, and e-mail addresses that are not."""

from __future__ import annotations

import pytest

from workshop_tui.model.registration import Registration
from workshop_tui.model.sign_in import address_key


@pytest.mark.parametrize(
    ("registration", "shown"),
    [
        (Registration("email:ana@x.test", "Ana B.", "ana@x.test", "ana-b"), "Ana B."),
        (Registration("email:ana@x.test", "", "ana@x.test", "ana-b"), "ana"),
        (Registration("github:ana-b", "", "", "ana-b"), "ana-b"),
        (Registration("id:7"), "7"),
    ],
)
def test_a_person_is_shown_by_the_best_name_that_is_known(registration: Registration, shown: str) -> None:
    assert registration.shown_name == shown


def test_an_address_is_found_again_however_it_is_written_and_never_shown() -> None:
    key = address_key("Ana@Example.test")
    assert key == address_key("  ana@example.TEST ")
    assert key != address_key("bo@example.test")
    assert (len(key), "ana" in key, address_key("  ")) == (32, False, "")
