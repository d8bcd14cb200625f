from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.clients.challenge import Challenge, challenges

BEARER = Challenge("bearer", {"realm": "https://auth.example/token", "service": "reg"})
BASIC = Challenge("basic", {"realm": "registry"})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="registry", Bearer realm="https://auth.example/token",service="reg"', (BASIC, BEARER)),
        ('Bearer realm="https://auth.example/token",service="reg", Basic realm="registry"', (BEARER, BASIC)),
        ('Negotiate, Basic realm="registry"', (Challenge("negotiate"), BASIC)),
        ("Negotiate YII=, BASIC REALM=registry", (Challenge("negotiate"), BASIC)),
        ('Basic realm="a, Bearer \\"b\\\\"', (Challenge("basic", {"realm": 'a, Bearer "b\\'}),)),
        (' ,, Basic realm = "registry" ,,', (BASIC,)),
        ('Bearer\trealm="https://auth.example/token" , service=reg', (BEARER,)),
        ("Basic", (Challenge("basic"),)),
        ('Basic realm="half', (Challenge("basic"),)),
        ('realm="no scheme"', ()),
        ("", ()),
        ('"', ()),
    ],
)
def test_every_challenge_is_read(header: str, expected: tuple[Challenge, ...]) -> None:
    assert challenges(header) == expected


@given(st.text('Basic ,="\\\tré', max_size=60))
def test_no_header_is_too_strange(header: str) -> None:
    assert all(challenge.scheme for challenge in challenges(header))
