"""Honest figures of models and readers, and pictures of them."""
