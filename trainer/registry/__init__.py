"""The registry in MLflow: registers versions, opens them, moves the alias."""
