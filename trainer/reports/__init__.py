"""What people see: a report of the data, the leaderboard, plots."""
