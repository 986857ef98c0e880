"""Makes modules and weights for them in other files, with torch 2.7.1, safetensors 0.6.2 and onnx 1.18:

    python make_weight_files.py ../resources/weights

`net.pt` is a module, `trained.pt` the same module with the weights that the other files have: what Lightning,
Hugging Face and plain PyTorch write. `tied.pt`, `frozen.pt` and `backbone.pt.gz` are modules of their own.
"""

import argparse
import collections
import gzip
import io
import json
import os
import pathlib
import re
import sys
import zipfile

import torch
from safetensors.torch import save_file
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.out = nn.Linear(18, 3)
        self.register_buffer("scale", torch.tensor([1.0, 2.0, 3.0]), persistent=False)
        self.register_buffer("empty", torch.zeros(0, 3))
        self.register_buffer("order", torch.tensor([0, 1, 2], dtype=torch.int32))
        self.register_buffer("shown", torch.tensor([True, True, True]))

    def forward(self, x):
        y = self.out(torch.relu(self.norm(self.conv(x))).flatten(1)) * self.scale
        return torch.cat([self.empty, y.index_select(1, self.order) * self.shown])


class Recurrent(nn.Module):
    """Its LSTM has its weights a second time, in a list without names."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 3, batch_first=True)

    def forward(self, x):
        return self.lstm(x.flatten(1, 2))[0][:, -1]


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 4)
        self.head = nn.Linear(4, 6, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x):
        return self.head(self.embedding(x))


class Wrapped(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)


class Command:
    """What a pickle that runs a command has."""

    def __reduce__(self):
        return os.system, ("touch /tmp/ostinato-was-here",)


def trained():
    torch.manual_seed(1)
    net = Net()
    for _ in range(3):
        net(torch.randn(8, 1, 5, 5))  # moves the running statistics
    net.order.copy_(torch.tensor([2, 0, 1]))
    net.shown[1] = False
    return net.eval()


def script(net, file):
    torch.jit.script(net.eval()).save(str(file))


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    script(Net(), folder / "net.pt")
    torch.jit.save(torch.jit.freeze(torch.jit.script(Net().eval())), str(folder / "frozen.pt"))
    script(Wrapped(Net()), folder / "wrapped.pt")
    torch.jit.trace(Net().eval(), torch.zeros(2, 1, 5, 5)).save(str(folder / "traced.pt"))
    recurrent(folder)
    net = trained()
    script(net, folder / "trained.pt")
    weights = net.state_dict()
    torch.save(weights, folder / "state_dict.pt")
    torch.save(weights, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(
        weights, folder / "legacy-protocol4.pth", pickle_protocol=4, _use_new_zipfile_serialization=False
    )
    torch.save(net, folder / "pickled.pt")
    torch.save(prefixed("module.", weights), folder / "ddp.pt")
    torch.save({"model": prefixed("_orig_mod.", weights), "epoch": 3}, folder / "compiled.pt")
    torch.save({"model": weights, "ema": Net().state_dict()}, folder / "two.pt")
    torch.save(lightning(net, weights), folder / "lightning.ckpt")
    torch.save(views(weights), folder / "views.pt")
    torch.save(dict(weights, extra=Command()), folder / "command.pt")
    torch.save({name: narrow(value) for name, value in weights.items()}, folder / "half.pt")
    torch.save({name: widen(value) for name, value in weights.items()}, folder / "double.pt")
    script(narrowed(net), folder / "half-trained.pt")
    torch.save(dict(weights, **{"out.weight": weights["out.weight"].to_sparse()}), folder / "sparse.pt")
    big_endian(weights, folder / "state_dict.pt", folder / "big-endian.pt")
    big_endian_legacy(weights, folder / "big-endian-legacy.pth")
    save_file(weights, folder / "model.safetensors")
    shards(weights, folder / "shards")
    tied(folder)
    onnx(folder)
    backbone(folder / "backbone.pt.gz")


def prefixed(prefix, weights):
    return collections.OrderedDict((prefix + name, value) for name, value in weights.items())


def lightning(net, weights):
    """What Lightning's Trainer.save_checkpoint writes, of a module with a net and a loss."""
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 1, 5, 5)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    net.load_state_dict(trained().state_dict())
    state = {"model." + name: value for name, value in net.state_dict().items()}
    state["loss.weight"] = torch.tensor([1.0, 2.0, 3.0])
    return {
        "epoch": 3,
        "global_step": 40,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": collections.OrderedDict(state),
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {},
        "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [],
        "hparams_name": "kwargs",
        "hyper_parameters": argparse.Namespace(lr=0.1),
    }


def views(weights):
    """The same values, as views of other storages."""
    one = torch.cat([value.flatten().float() for value in weights.values()])
    result, at = {}, 0
    for name, value in weights.items():
        part = one[at : at + value.numel()].view(value.shape)  # all in one storage
        at += value.numel()
        result[name] = part if value.is_floating_point() else value
    result["out.weight"] = weights["out.weight"].t().contiguous().t()  # column-major
    result["conv.weight"] = torch.stack([weights["conv.weight"], weights["conv.weight"]], -1)[..., 1]
    result["norm.weight"] = nn.Parameter(torch.ones(1).expand(2))  # strides of zero
    return result


def narrow(value):
    return value.to(torch.bfloat16 if value.dim() > 1 else torch.float16) if value.is_floating_point() else value


def widen(value):
    return value.double() if value.is_floating_point() else value


def narrowed(net):
    copy = Net()
    copy.load_state_dict({name: narrow(value).to(value.dtype) for name, value in net.state_dict().items()})
    return copy


def recurrent(folder):
    torch.manual_seed(5)
    script(Recurrent(), folder / "recurrent.pt")
    net = Recurrent()
    script(net, folder / "recurrent-trained.pt")
    save_file(net.state_dict(), folder / "recurrent.safetensors")


def big_endian(weights, source, target):
    widths = [value.element_size() for value in weights.values()]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("/byteorder"):
                content = b"big"
            elif "/data/" in name:
                width = widths[int(name.rpartition("/")[2])]
                content = b"".join(content[i : i + width][::-1] for i in range(0, len(content), width))
            new.writestr(name, content)


def big_endian_legacy(weights, file):
    """The only tensor is swapped by hand: PyTorch writes the order of its machine."""
    out = io.BytesIO()
    torch.save({"w": torch.tensor([1.0, 2.0])}, out, _use_new_zipfile_serialization=False)
    content, count = re.subn(rb"(little_endianq.)\x88", lambda m: m[1] + b"\x89", out.getvalue(), flags=re.DOTALL)
    assert count == 1
    numbers = torch.tensor([1.0, 2.0]).numpy().tobytes()
    assert content.endswith(numbers)
    file.write_bytes(content[: -len(numbers)] + numbers[3::-1] + numbers[:3:-1])


def shards(weights, folder):
    folder.mkdir(exist_ok=True)
    names = list(weights)
    parts = {
        "model-00001-of-00002.safetensors": names[:4],
        "model-00002-of-00002.safetensors": names[4:],
    }
    for file, part in parts.items():
        save_file({name: weights[name] for name in part}, folder / file)
    index = {"metadata": {"total_size": 1}, "weight_map": {n: f for f, part in parts.items() for n in part}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
    index = {"weight_map": {}}
    for number, part in enumerate((names[:4], names[4:]), 1):
        file = f"pytorch_model-0000{number}-of-00002.bin"
        torch.save({name: weights[name] for name in part}, folder / file)
        index["weight_map"].update({name: file for name in part})
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


def tied(folder):
    torch.manual_seed(2)
    script(Tied(), folder / "tied.pt")
    net = Tied().eval()
    script(net, folder / "tied-trained.pt")
    torch.save(net.state_dict(), folder / "tied-state_dict.pt")
    save_file({"embedding.weight": net.embedding.weight.detach()}, folder / "tied.safetensors")
    torch.save(
        {"embedding.weight": torch.ones(6, 4), "head.weight": torch.zeros(6, 4)},
        folder / "untied-state_dict.pt",
    )


def mlp(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(25, 4), nn.ReLU(), nn.Linear(4, 3)).eval()


def onnx(folder):
    for seed, name in ((3, "mlp"), (4, "mlp-trained")):
        torch.onnx.export(
            mlp(seed),
            (torch.zeros(1, 1, 5, 5),),
            str(folder / f"{name}.onnx"),
            input_names=["x"],
            output_names=["logits"],
            dynamic_axes={"x": {0: "rows"}},
            dynamo=False,
        )
    torch.save(mlp(4).state_dict(), folder / "mlp-state_dict.pt")


def backbone(file):
    """A module of 9 MB, of zeros: the tests fill it."""
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(25, 512), nn.ReLU(), nn.Linear(512, 2048), nn.ReLU(), nn.Linear(2048, 512),
        nn.ReLU(), nn.Linear(512, 3),
    )
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(net.eval()), out)
    file.write_bytes(gzip.compress(out.getvalue(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
