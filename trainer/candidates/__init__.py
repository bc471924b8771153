"""The families of models, one a file, each with the interface of `trainer.candidate`."""
