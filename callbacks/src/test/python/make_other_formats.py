"""Makes files that are no TorchScript modules, with torch 2.7.1 and safetensors 0.6.2:

    python make_other_formats.py ../resources/otherformats

They are what users of PyTorch have, small: state dictionaries, checkpoints with their weights under many
keys, pickled modules, archives of old releases, a program of torch.export, and weights as safetensors.
"""

import argparse
import collections
import gzip
import io
import pathlib
import pickle
import struct
import sys
import tarfile

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
    torch.save(torch.fx.symbolic_trace(one), folder / "graph.pt")
    torch.save({"epoch": 3, "model_state_dict": one.state_dict()}, folder / "training.pt")
    torch.save(
        {"epoch": 3, "pytorch-lightning_version": "2.4.0", "state_dict": one.state_dict()},
        folder / "lightning.ckpt",
    )
    checkpoints(folder, one)
    torch.save(torch.zeros(2), folder / "tensor.pt")
    torch.save([1, "two"], folder / "list.pt")
    with tarfile.open(folder / "plain.tar", "w") as archive:
        archive.add(folder / "state_dict.pt", "state_dict.pt")
    old_tar(one.state_dict(), folder / "old.pth.tar")
    (folder / "state_dict.pt.gz").write_bytes(
        gzip.compress((folder / "state_dict.pt").read_bytes(), mtime=0)
    )
    torch.export.save(torch.export.export(one, (torch.zeros(2, 2),)), folder / "program.pt2")
    save_file(weights, folder / "pytorch.safetensors")
    numpy.savez(folder / "arrays.npz", weight=numpy.zeros(2, numpy.float32))


def checkpoints(folder, net):
    """Where the weights are differs from program to program; optimizers and buffers are no weights."""
    weights = net.state_dict()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    net.zero_grad()
    state = optimizer.state_dict()
    nested = {"layer": {"weight": torch.ones(1, 2), "bias": torch.ones(1)}}
    files = {
        "imagenet": {
            "epoch": 1,
            "arch": "alexnet",
            "state_dict": weights,
            "best_acc1": torch.tensor(0.5),
            "optimizer": state,
        },
        "dataset": {"dataset": "imagenet", "model_state_dict": weights},
        "weights": {"epoch": 1, "weights": weights},
        "params": {"params": weights, "rng": torch.get_rng_state()},
        "ema": {"step": 3, "ema": weights, "opt": state},
        "gan": {"generator": weights, "discriminator": weights, "optimizer_state_dict": state},
        "nested": {"model": nested, "step": 3},
        "deep": {"trainer": {"model": weights, "optimizer": state}, "step": 3},
        "layers": {"encoder": dict(weights), "decoder": dict(weights)},
        "unknown": {"epoch": 1, "args": {"lr": 0.1}, "losses": [0.3, 0.2]},
        "arguments": {"args": argparse.Namespace(lr=0.1), "net": weights},
        "quoted": {"the model's": weights},
        "yolo": {"epoch": 1, "model": net, "ema": None, "optimizer": state},
        "modules": {"model": net, "ema": net},
        "tuple": (weights, state),
        "ordered": collections.OrderedDict(weights.items()),
        "parameters": dict(net.named_parameters()),
        "bare": {"model": dict(weights)},
        "half": {"model": {name: value.bfloat16() for name, value in weights.items()}},
        "graph": {"epoch": 1, "model": torch.fx.symbolic_trace(net)},
        "extra": dict(weights, epoch=3),
        "extra-nested": {"model": dict(weights, lora_alpha=16, name="a"), "step": 3},
        "extra-optimizer": dict(weights, optimizer=state, epoch=3),
        "metrics": {
            "metrics": {"loss": torch.tensor(0.5)},
            "results": {"confusion": torch.tensor(0.5), "top5": torch.tensor(0.25)},
            "losses": {"train": torch.ones(3)},
            "state_dict": weights,
        },
        "best": {"epoch": 1, "best": torch.tensor(0.5), "centers": torch.ones(3, 2), "net": weights},
        "temperature": {"temperature": torch.tensor(0.5)},
        "optimizer-only": {"epoch": 1, "optimizer": state},
    }
    for name, content in files.items():
        torch.save(content, folder / f"keys-{name}.pt")
    states(folder, optimizer)
    torch.save(
        files["imagenet"], folder / "keys-legacy.pth", _use_new_zipfile_serialization=False
    )
    torch.save(files["imagenet"], folder / "keys-protocol4.pt", pickle_protocol=4)


def states(folder, optimizer):
    """What a trainer keeps in files beside the model, to go on with the training."""
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    scaler = {"scale": 65536.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000}
    named = {"w": {"step": torch.tensor(1.0), "exp_avg": torch.ones(3, 2)}}
    torch.save(optimizer.state_dict(), folder / "state-optimizer.pt")
    torch.save(optimizer, folder / "state-optimizer-pickled.pt")
    torch.save({"state": named, "param_groups": []}, folder / "state-optimizer-named.pt")
    torch.save(scheduler.state_dict(), folder / "state-scheduler.pt")
    torch.save(dict(scaler, _growth_tracker=0), folder / "state-scaler.pt")
    torch.save(
        {"python": (3, (1, 2), None), "numpy": ("MT19937", 1), "cpu": torch.get_rng_state()[:8].clone()},
        folder / "state-rng.pth",
    )


def old_tar(weights, file):
    """As PyTorch before its release 0.1.10 wrote them: four files in a tar archive."""
    storages, tensors = io.BytesIO(), io.BytesIO()
    ids = {name: 10 + 2 * i for i, name in enumerate(weights)}
    pickle.dump(len(weights), storages, protocol=2)
    pickle.dump(len(weights), tensors, protocol=2)
    for name, value in weights.items():
        key = ids[name]
        pickle.dump((str(key + 1), "cpu", torch.FloatStorage), storages, protocol=2)
        storages.write(struct.pack("<q", value.numel()) + value.numpy().tobytes())
        pickle.dump((key, str(key + 1), torch.FloatTensor), tensors, protocol=2)
        tensors.write(struct.pack("<i", value.dim()) + bytes(4))
        tensors.write(struct.pack(f"<{value.dim()}q", *value.shape))
        tensors.write(struct.pack(f"<{value.dim()}q", *value.stride()))
        tensors.write(struct.pack("<q", 0))
    pickle.dump([], storages, protocol=2)  # no views of storages

    class Id:
        def __init__(self, key):
            self.key = key

    class Ids(pickle.Pickler):
        def persistent_id(self, value):
            return str(value.key) if isinstance(value, Id) else None

    names = io.BytesIO()
    Ids(names, protocol=2).dump({name: Id(key) for name, key in ids.items()})
    info = pickle.dumps({"protocol_version": 1000, "little_endian": True}, protocol=2)
    with tarfile.open(file, "w") as archive:
        for name, content in {
            "sys_info": info,
            "pickle": names.getvalue(),
            "tensors": tensors.getvalue(),
            "storages": storages.getvalue(),
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    main(sys.argv[1])
