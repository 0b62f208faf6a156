"""The storage floor: the only home of SQL, of SQLAlchemy and asyncpg, and of the embedded PostgreSQL."""
