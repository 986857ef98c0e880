"""Makes files that are no TorchScript modules, with torch 2.7.1 and safetensors 0.6.2:

    python make_other_formats.py ../resources/otherformats

They are what users of PyTorch have, small: state dictionaries, checkpoints, pickled modules, a program
of torch.export, and weights as safetensors.
"""

import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch import nn


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
    weights = net.state_dict()
    one = nn.Linear(2, 1)
    torch.save(one.state_dict(), folder / "state_dict.pt")
    torch.save(one.state_dict(), folder / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(one, folder / "pickled.pt")
    torch.save({"epoch": 3, "model_state_dict": one.state_dict()}, folder / "training.pt")
    torch.save(
        {"epoch": 3, "pytorch-lightning_version": "2.4.0", "state_dict": one.state_dict()},
        folder / "lightning.ckpt",
    )
    torch.export.save(torch.export.export(one, (torch.zeros(2, 2),)), folder / "program.pt2")
    save_file(weights, folder / "pytorch.safetensors")
    numpy.savez(folder / "arrays.npz", weight=numpy.zeros(2, numpy.float32))


if __name__ == "__main__":
    main(sys.argv[1])
