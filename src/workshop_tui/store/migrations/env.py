"""Runs the migrations on the connection, inside the transaction, of whoever asked for them."""

from __future__ import annotations

from alembic import context

from workshop_tui.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
