"""Use cases, one verb a function: gather, decide, commit. Those that speak do it after the commit, from a job."""
