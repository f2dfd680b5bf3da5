"""PostgreSQL: the embedded server, the pool with its transactions, the migrations."""
