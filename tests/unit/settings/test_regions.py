"""Where the platform is, by the roles that the settings give to regions."""

from __future__ import annotations

import pytest

from workshop_tui.settings.settings import Settings

BARE = {"name": "bare", "role": "control-plane"}
WITHOUT_GATEWAY = {"name": "ohio", "role": "control-plane", "context": "o", "namespaces": {"gateway": ""}}
WITH_GATEWAY = {"name": "utah", "role": "control-plane", "context": "u"}
PROXY = {"name": "london", "role": "proxy", "context": "l"}


@pytest.mark.parametrize(
    ("regions", "control_plane", "gateway", "home"),
    [
        ([], None, None, ""),
        ([PROXY], None, None, "london"),
        ([PROXY, BARE], "bare", None, "bare"),
        ([BARE, PROXY, WITHOUT_GATEWAY], "ohio", None, "ohio"),
        ([PROXY, WITHOUT_GATEWAY, WITH_GATEWAY], "ohio", "utah", "ohio"),
    ],
)
def test_the_platform_is_where_a_control_plane_can_be_reached(
    regions: list[dict[str, object]], control_plane: str | None, gateway: str | None, home: str
) -> None:
    settings = Settings.model_validate({"region": regions})
    found = [None if one is None else one.name for one in (settings.control_plane, settings.gateway_region)]
    assert [*found, settings.home_of_the_platform] == [control_plane, gateway, home]


def test_a_region_says_what_of_coder_serves_its_people() -> None:
    settings = Settings.model_validate({"region": [PROXY, BARE]})
    assert [region.role.serves_with for region in settings.region] == ["proxy", "server"]
    assert [region.name for region in settings.control_planes] == ["bare"]
