"""Measures the running product by the method of docs: `make bench`, or `python -m tests.bench`.

No test: nothing here fails on a clock. Each module beside this one measures one thing.
"""
