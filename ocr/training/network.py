"""The line reader's network: early strides, two residual stages, two bidirectional recurrent layers, CTC.

Input (n, 1, HEIGHT, w) from :func:`ocr.normalise.normalise`; output log-probabilities (w / FRAME, n, symbols), the
blank first. A second head on the picture's features alone is trained beside it: it finds the alignment early.
"""

import torch
from torch import Tensor, nn

from ocr.normalise import FRAME, HEIGHT

CHANNELS = (32, 64, 96, 160)
HIDDEN = 176
FEATURES = 224


def _step(into: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _step(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class LineNetwork(nn.Module):
    """The network; *symbols* counts the letters and the blank."""

    def __init__(self, symbols: int, dropout: float = 0.2) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.picture = nn.Sequential(
            _step(1, a, 2),
            _step(a, b),
            nn.MaxPool2d(2),
            _step(b, c),
            _Residual(c),
            nn.MaxPool2d((2, 1)),
            _step(c, d),
            _Residual(d),
            nn.MaxPool2d((2, 1)),
        )
        rows = HEIGHT // 16
        self.collapse = nn.Sequential(
            nn.Conv2d(d, FEATURES, (rows, 1), bias=False), nn.BatchNorm2d(FEATURES), nn.ReLU(inplace=True)
        )
        self.dropout = nn.Dropout(dropout)
        self.sequence = nn.LSTM(FEATURES, HIDDEN, num_layers=2, bidirectional=True, dropout=dropout)
        self.letters = nn.Linear(2 * HIDDEN, symbols)
        self.early = nn.Linear(FEATURES, symbols)

    def features(self, images: Tensor) -> Tensor:
        """Return what the picture shows at each frame, shape (frames, n, FEATURES)."""
        return self.dropout(self.collapse(self.picture(images)).squeeze(2).permute(2, 0, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return log-probabilities (frames, n, symbols)."""
        seen = self.features(images)
        return self.letters(self.sequence(seen)[0]).float().log_softmax(dim=2)

    def both(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the log-probabilities of the whole network and of the picture's features alone."""
        seen = self.features(images)
        whole = self.letters(self.sequence(seen)[0])
        return whole.float().log_softmax(dim=2), self.early(seen).float().log_softmax(dim=2)


assert FRAME == 4, "two halvings of the width"
