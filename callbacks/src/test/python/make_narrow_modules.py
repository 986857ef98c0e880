"""Makes modules of bfloat16 with torch 2.7.1:

python make_narrow_modules.py ../resources/torchscript ../../main/resources/io/ostinato/weights

bfloat16.pt gives 1.1 times its input as bfloat16; to_bfloat16.pt, which is used at run time, gives its input as bfloat16.
"""

import pathlib
import sys

import torch

tests, main = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
torch.jit.trace(lambda x: (x * 1.1).to(torch.bfloat16), torch.ones(3, 2)).save(str(tests / "bfloat16.pt"))


class ToBfloat16(torch.nn.Module):
    def forward(self, x: torch.Tensor):
        return x.to(torch.bfloat16)


torch.jit.script(ToBfloat16().eval()).save(str(main / "to_bfloat16.pt"))
