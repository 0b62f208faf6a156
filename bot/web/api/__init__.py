"""The JSON API: what other programs may read and decide, with a token."""
