"""The process that watches: schedule, poll, judge, write, answer. The only writer of the state directory."""
