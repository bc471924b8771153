"""The families of models, one a file, with one interface: `candidate.py`."""
