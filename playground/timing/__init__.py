"""When things run: rules in words or as cron expressions, time zones, and the runs that follow."""
