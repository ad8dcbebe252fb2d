"""What a network can be trained on here."""

import torch


def usable(device: str) -> bool:
    """Whether this machine can train on *device* (``cpu``, ``cuda``)."""
    return device == "cpu" or (device == "cuda" and torch.cuda.is_available())
