"""MNIST in, model files out."""
