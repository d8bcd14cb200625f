"""The hazard that what this program itself signs in with ends before the workshop does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Remedy
from workshop_tui.model.hazard import Hazard
from workshop_tui.model.kinds import OWN_CREDENTIALS
from workshop_tui.settings.settings import Settings


def of_own_credentials(facts: Facts, settings: Settings, ends: datetime) -> Iterator[Hazard]:
    """With it the control room goes blind, not the workshop; a session that use prolongs only warns."""
    contexts = {region.name: region.context for region in settings.region}
    for own in facts.get(OWN_CREDENTIALS) or ():
        what = f"{own.name} ends"
        if own.region is None:
            text = "Make a token that outlives the workshop and name it in coder.token or CODER_SESSION_TOKEN."
            remedy = Remedy(text, "coder tokens create --lifetime 168h")
        else:
            command = f"kubectl --context {contexts.get(own.region)} auth whoami"
            remedy = Remedy("Renew what the kubeconfig holds before the workshop.", command)
        if own.unknown:
            yield Hazard(what, None, own.told_by, own.region, unknown=own.unknown, remedy=remedy)
        elif own.ends_at is not None and own.ends_at <= ends:
            gentle = own.extended
            told_by = f"{own.told_by}; use prolongs it" if gentle else own.told_by
            yield Hazard(what, own.ends_at, told_by, own.region, lasting=True, gentle=gentle, remedy=remedy)
