"""How Alembic reaches the database."""

from alembic import context
from app.models import Base
from app.storage import engine
from sqlalchemy import text

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,  # on SQLite too
    )
    # One transaction, in which others who migrate wait for their turn: SQLite
    # begins it as IMMEDIATE.
    with context.begin_transaction():
        if engine.name == "postgresql":
            # However long the others take; tables are waited for as usual.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
            connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
        context.run_migrations()
