"""The parts of verify.py, by the steps of docs/evidence.md."""
