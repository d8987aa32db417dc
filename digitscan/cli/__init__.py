"""The commands: argument parsing only; the only place that imports click or tqdm."""
