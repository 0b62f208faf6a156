"""The aiohttp application: Slack's endpoint, health and metrics."""
