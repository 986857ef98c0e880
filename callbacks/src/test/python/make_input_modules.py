"""Makes modules with several kinds of inputs, and the module that gives None, with torch 2.7.1:

    python make_input_modules.py ../resources ../../main/resources/io/ostinato/model
"""

import pathlib
import sys
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn


class Nothing(nn.Module):
    def forward(self) -> Optional[torch.Tensor]:
        return None


class Encoder(nn.Module):
    """Shaped like those of transformers: some inputs are optional, also in the middle."""

    def forward(
        self,
        ids: torch.Tensor,
        mask: Optional[torch.Tensor] = None,
        types: Optional[torch.Tensor] = None,
        scale: float = 2.0,
        power: int = 1,
    ):
        y = ids.float()
        if mask is not None:
            y = y * mask
        if types is not None:
            y = y + 100 * types
        return y * scale**power


class Strict(nn.Module):
    """Its optional input has no default."""

    def forward(self, x: torch.Tensor, bias: Optional[torch.Tensor]):
        return x if bias is None else x + bias


class OfDict(nn.Module):
    def forward(self, batch: Dict[str, torch.Tensor]):
        return batch["a"] - 10 * batch["b"]


class OfList(nn.Module):
    def forward(self, parts: List[torch.Tensor]):
        return parts[0] - 10 * parts[1]


class OfTuple(nn.Module):
    def forward(self, pair: Tuple[torch.Tensor, torch.Tensor]):
        return pair[0] - 10 * pair[1]


class Mixed(nn.Module):
    def forward(self, x: torch.Tensor, extra: Dict[str, torch.Tensor], pair: Tuple[torch.Tensor, torch.Tensor]):
        return x + 10 * extra["a.b"] + 100 * pair[0] + 1000 * pair[1]


class Presets(nn.Module):
    """Has defaults that code writes in other ways than as they are."""

    def forward(
        self,
        x: torch.Tensor,
        name: str = "a'b\\\"\n\t",
        scale: Optional[float] = -2.5,
        mask: Optional[torch.Tensor] = None,
    ):
        assert name == "a'b\\\"\n\t"
        y = x if scale is None else x * scale
        return y if mask is None else y + 100 * mask


class Flagged(nn.Module):
    """Takes all tensors in a dict, and settings beside it."""

    def forward(self, batch: Dict[str, torch.Tensor], negate: bool = False, name: Optional[str] = None):
        y = batch["a"] - 10 * batch["b"]
        return -y if negate else y


class Remembering(nn.Module):
    """Has methods that take several tensors at once, and keeps what they give."""

    def __init__(self):
        super().__init__()
        self.last = torch.zeros(1)

    def forward(self, x: torch.Tensor):
        return x

    @torch.jit.export
    def encode(self, batch: Dict[str, torch.Tensor]):
        self.last = self.last + batch["a"].add_(1)
        return self.last


def save(module, folder, name):
    torch.jit.save(torch.jit.script(module.eval()), str(folder / f"{name}.pt"))


if __name__ == "__main__":
    tests = pathlib.Path(sys.argv[1]) / "inputs"
    tests.mkdir(exist_ok=True)
    for name, module in {
        "encoder": Encoder(),
        "strict": Strict(),
        "dict": OfDict(),
        "list": OfList(),
        "tuple": OfTuple(),
        "mixed": Mixed(),
        "presets": Presets(),
        "flagged": Flagged(),
        "remembering": Remembering(),
    }.items():
        save(module, tests, name)
    traced = torch.jit.trace(OfDict(), ({"a": torch.ones(2), "b": torch.ones(2)},), strict=False)
    torch.jit.save(traced, str(tests / "traced-dict.pt"))
    save(Nothing(), pathlib.Path(sys.argv[2]), "none")
