"""How many of the registered people will come, as earlier workshops tell."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workshop_tui.model.registration import ExpectedAttendance, ShowUp


def expected_attendance(registered_count: int, earlier: Sequence[ShowUp]) -> ExpectedAttendance:
    """Registrations times the show-up rate: all earlier workshops' for `likely`, the worst and best one's as range.

    Without an earlier one nothing is guessed: everybody may come, and nobody need to.
    """
    known = [show_up for show_up in earlier if show_up.registered_count > 0]
    if not known:
        basis = "no earlier workshop with registrations and attendance: planned for everybody"
        return ExpectedAttendance(registered_count, 0, registered_count, registered_count, basis)
    rates = [min(1.0, show_up.attended_count / show_up.registered_count) for show_up in known]
    registered = sum(show_up.registered_count for show_up in known)
    attended = sum(min(show_up.attended_count, show_up.registered_count) for show_up in known)
    basis = (
        f"{attended} of {registered} came to {len(known)} earlier workshop{'s' if len(known) > 1 else ''} "
        f"({attended / registered:.0%}; {min(rates):.0%} to {max(rates):.0%})"
    )
    return ExpectedAttendance(
        registered_count,
        math.floor(registered_count * min(rates)),
        math.ceil(registered_count * attended / registered - 1e-9),
        math.ceil(registered_count * max(rates) - 1e-9),
        basis,
    )
