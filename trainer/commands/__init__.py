"""The trainer's commands, one a file (`promote` with `rollback`)."""
