"""PyTorch alone: a loop over tensors in memory."""

import torch

from network import Network, read_rows, sums
from protocol import serve

BATCH = 1024


class PyTorchAlone:
    def __init__(self, cores):
        torch.set_num_threads(cores)

    def load(self, folder):
        self.x, self.classes = read_rows(folder)
        return len(self.x)

    def take(self, weights):
        self.network = Network(weights)

    def evaluate(self, variant):
        hits, loss = sums(self.network, self.x, self.classes, BATCH)
        return hits / len(self.x), loss / len(self.x)

    def close(self):
        pass


serve(PyTorchAlone, "torch")
