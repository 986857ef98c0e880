"""Trains the network of the notes on the digits of the quickstart, and saves it as TorchScript.

Usage: make_models.py, with PyTorch 2.7.1 and NumPy; takes a few seconds. Writes, beside this file:

- digits.pt: returns the logits, float32 (N, 10), of images, float32 (N, 1, 8, 8), from 0 to 1;
- digits-embeddings.pt: the same weights; returns a named tuple of these logits, and of embeddings,
  float32 (N, 16);
- digits.json: the metrics of PyTorch on the 360 test digits.
"""

import json
import pathlib
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

HERE = pathlib.Path(__file__).parent
DIGITS = HERE / "../../jobs/src/main/resources/io/ostinato/jobs/quickstart/digits.csv"
TRAIN_ROWS = 1437
EPOCHS = 30


class Outputs(NamedTuple):
    logits: Tensor
    embeddings: Tensor


class WithEmbeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(128, 16),
            nn.Tanh(),
        )
        self.head = nn.Linear(16, 10)

    def forward(self, images: Tensor) -> Outputs:
        embeddings = self.body(images)
        return Outputs(self.head(embeddings), embeddings)


class Logits(nn.Module):
    def __init__(self, model: WithEmbeddings):
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        return self.model(images).logits


def distorted(images: Tensor) -> Tensor:
    """The images turned, sheared, scaled and shifted a little, each in its own way."""
    identity = torch.eye(2, 3)
    matrices = identity + torch.randn(len(images), 2, 3) * torch.tensor([0.12, 0.12, 0.08])
    grid = nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rows = torch.from_numpy(np.loadtxt(DIGITS, delimiter=",", dtype=np.float32))
    images, labels = rows[:, :64].reshape(-1, 1, 8, 8) / 16, rows[:, 64].long()
    train = images[:TRAIN_ROWS], labels[:TRAIN_ROWS]
    test = images[TRAIN_ROWS:], labels[TRAIN_ROWS:]
    model = WithEmbeddings()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(TRAIN_ROWS).split(64):
            optimizer.zero_grad()
            logits = model(distorted(train[0][batch])).logits
            nn.functional.cross_entropy(logits, train[1][batch]).backward()
            optimizer.step()
        schedule.step()
    model.eval()
    torch.jit.script(Logits(model)).save(HERE / "digits.pt")
    torch.jit.script(model).save(HERE / "digits-embeddings.pt")
    with torch.no_grad():
        logits = torch.jit.load(HERE / "digits.pt")(test[0])
    metrics = {
        "rows": len(test[1]),
        "accuracy": (logits.argmax(1) == test[1]).double().mean().item(),
        "log_loss": nn.functional.cross_entropy(logits.double(), test[1]).item(),
    }
    assert metrics["accuracy"] >= 0.95, metrics
    (HERE / "digits.json").write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
