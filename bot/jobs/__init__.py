"""The clock, which only rings, and the worker, which carries durable jobs out."""
