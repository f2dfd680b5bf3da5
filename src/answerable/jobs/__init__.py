"""The durable queue: jobs that survive a `kill -9`, deferred in the transaction of the rows that they are about."""
