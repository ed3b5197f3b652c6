"""Pages about schedules: the form, the list, one schedule, the calendar and the timeline."""
