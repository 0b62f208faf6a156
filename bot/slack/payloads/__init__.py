"""Slack's payloads become typed causes at the edge; nobody below sees a dict.

Each function takes the payload and the workspace that Slack authorised it for. A payload that does not have its form
raises KeyError, ValueError or TypeError.
"""
