"""`python -m bot` is `flowpilot`."""

from bot.cli import main

main()
