"""What people see: domain values in, Block Kit as plain dicts out. No client, no session, no settings."""
