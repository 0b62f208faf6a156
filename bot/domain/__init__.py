"""What FlowPilot is about: nouns, rules, decisions and statistics, with no Slack, SQL, HTTP, model or clock."""
