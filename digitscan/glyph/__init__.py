"""The ink of a field in, its reading out."""
