"""The providers of models, reached by `kind` through `registry.py`, which loads an SDK when it is needed."""
