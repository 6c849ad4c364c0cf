"""How each store lets go of people: one file a store, the same for SQLite and PostgreSQL."""
