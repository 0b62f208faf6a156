"""What happened in Slack, one plain function each: ack, then one use case. Wired in register.py."""
