"""The aiohttp application: Slack's endpoint, the JSON API, health and metrics."""
