"""The model of the benchmark `peers`, its data and its two metrics, in PyTorch."""

import torch
from torch import nn
from torch.nn import functional


class Network(nn.Module):
    """Linear layers with ReLU between them, float32 (N, inputs) to logits (N, classes).

    A table makes the model large and its forward hardly slower: each row adds the first numbers of
    the table's row of its class.
    """

    def __init__(self, weights):
        super().__init__()
        layers = []
        while f"layers.{2 * len(layers)}.weight" in weights:
            units, inputs = weights[f"layers.{2 * len(layers)}.weight"].shape
            layers.append(nn.Linear(inputs, units, device="meta"))
        with_relu = [module for layer in layers for module in (layer, nn.ReLU())]
        self.layers = nn.Sequential(*with_relu[:-1])
        self.table = None
        if "table" in weights:
            self.table = nn.Parameter(torch.empty_like(weights["table"], device="meta"))
        # Neither initialized nor copied.
        self.load_state_dict(weights, assign=True)
        self.eval().requires_grad_(False)

    def forward(self, x, classes):
        logits = self.layers(x)
        if self.table is not None:
            logits = logits + functional.embedding(classes, self.table)[:, : logits.shape[1]]
        return logits


def read_weights(file):
    """The weights by name, in memory: safetensors maps the file, so that they are copied here."""
    from safetensors.torch import load_file

    return {name: weight.clone() for name, weight in load_file(file).items()}


def read_rows(folder):
    """The rows of a Parquet folder: float32 (N, inputs) and int64 (N)."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder, columns=["x", "class"]).combine_chunks()
    x = table["x"].combine_chunks().flatten().to_numpy(zero_copy_only=False).copy()
    classes = table["class"].to_numpy().copy()
    return torch.from_numpy(x).view(len(classes), -1), torch.from_numpy(classes)


def hits(logits, classes):
    """The number of rows whose highest logit is that of their class."""
    return (logits.argmax(1) == classes).sum()


def loss(logits, classes):
    """The sum of the cross entropies, float64."""
    return functional.cross_entropy(logits, classes, reduction="sum").double()


@torch.inference_mode()
def sums(network, x, classes, batch):
    """The hits and the loss of all rows."""
    all_hits, all_loss = torch.zeros((), dtype=torch.int64), torch.zeros((), dtype=torch.float64)
    for some, their in zip(x.split(batch), classes.split(batch)):
        logits = network(some, their)
        all_hits += hits(logits, their)
        all_loss += loss(logits, their)
    return int(all_hits), float(all_loss)
