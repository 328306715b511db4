"""How Alembic reaches the database."""

from alembic import context
from app.models import Base
from flask import current_app

engine = current_app.extensions["engine"].execution_options(writing=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # Each step is done whole or not at all, on SQLite too.
        transactional_ddl=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
