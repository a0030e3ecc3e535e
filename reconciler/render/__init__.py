"""Pure functions from plans, reports and events to text."""
