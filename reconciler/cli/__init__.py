"""The command: reads arguments and environment, builds, calls, returns an exit code."""
