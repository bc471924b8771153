"""The stream's part of the `badbuzz` command."""
