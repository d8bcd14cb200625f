"""Which file is ours, and of which age; known without loading Alembic."""

from __future__ import annotations

HEAD = "0009"
"""The newest migration; a test holds it equal to the scripts. Migrations count up, so a greater one is newer."""
APPLICATION_ID = 0x776B7368
"""SQLite's mark of a file that is ours."""
