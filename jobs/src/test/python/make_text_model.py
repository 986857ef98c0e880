"""Makes mean_embedding.pt, a small text classifier, its outputs for some reviews, and modules for narrow inputs, with torch 2.7.1
and tokenizers 0.21:

python make_text_model.py ../resources/text ../../../../spark-plugin/src/test/resources/tokenizers/wordpiece.json
"""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer

REVIEWS = [
    ("The film was good", "positive"),
    ("really really good \U0001f600", "positive"),
    ("not so good", "negative"),
    ("bad", "negative"),
    ("the film was not good, really not good at all, but so bad that it was really really bad", "negative"),
    ("", "negative"),
    ("caf\u00e9 \u6771\u4eac was good!", "positive"),
]


class MeanEmbedding(torch.nn.Module):
    """Logits (N, 2) of ids and an attention mask, int64 (N, L): a linear layer on the mean of the tokens' embeddings."""

    def __init__(self, tokens: int):
        super().__init__()
        self.embedding = torch.nn.Embedding(tokens, 4)
        self.classes = torch.nn.Linear(4, 2)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor):
        mask = attention_mask.unsqueeze(-1).to(torch.float32)
        mean = (self.embedding(input_ids) * mask).sum(1) / mask.sum(1).clamp(min=1)
        return self.classes(mean)


class Twice(torch.nn.Module):
    """Twice the input, which must be of the data type that is told."""

    def __init__(self, dtype: str):
        super().__init__()
        self.wanted = dtype

    def forward(self, x: torch.Tensor):
        if self.wanted == "bfloat16" and x.dtype != torch.bfloat16:
            raise ValueError("want bfloat16")
        if self.wanted == "float16" and x.dtype != torch.float16:
            raise ValueError("want float16")
        return x * 2


folder, file = pathlib.Path(sys.argv[1]), sys.argv[2]
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(1)
tokenizer = Tokenizer.from_file(file)
model = MeanEmbedding(tokenizer.get_vocab_size()).eval()
torch.jit.script(model).save(str(folder / "mean_embedding.pt"))
for dtype in ["float16", "bfloat16"]:
    torch.jit.script(Twice(dtype)).save(str(folder / f"twice_{dtype}.pt"))
tokenizer.enable_truncation(12)
tokenizer.enable_padding(length=12)
encoded = [tokenizer.encode(text) for text, _ in REVIEWS]
with torch.no_grad():
    logits = model(torch.tensor([e.ids for e in encoded]), torch.tensor([e.attention_mask for e in encoded]))
rows = [{"text": text, "sentiment": label, "logits": row} for (text, label), row in zip(REVIEWS, logits.tolist())]
(folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="ascii")
