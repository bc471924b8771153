"""The API beside MLServer: the same model, the same machine, the same run."""
