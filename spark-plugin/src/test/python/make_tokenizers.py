"""Creates small tokenizer files and the reference tokens of some texts, computed by the Python package tokenizers 0.21:

python make_tokenizers.py ../resources/tokenizers

wordpiece.json is like BERT's, and has settings for truncation and padding that differ from those of the references;
bpe.json is like GPT-2's and RoBERTa's, on bytes. references.json has the texts and their rows.
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "",
    " ",
    "the film was good",
    "The FILM was not so good, really!",
    "caf\u00e9 cafe\u0301 na\u00efve \u00fcber \u01c5",
    "\uff26\uff55\uff4c\uff4c\uff57\uff49\uff44\uff54\uff48 \ufb01lm \u2460 \u00bd",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 \u2764\ufe0f good",
    "\u6771\u4eac good \ud55c\uad6d\uc5b4 \u0645\u0631\u062d\u0628\u0627 \u05e9\u05c1\u05dc\u05d5\u05dd",
    "tabs\tand\nlines\r\nand \u00a0 \u200b \u3000 spaces  ",
    "\x00\x01 control \x7f \ufffd",
    "[CLS] the [MASK] film [SEP] <s> </s> <pad>",
    "unhappinesses antidisestablishmentarianism zzzzzz",
    "don't can't we'll $3.50 3,000 #tag @user a/b http://a.b/c?d=e_f",
    "the film was good " * 40,
    "x" * 300,
]

CORPUS = ["the film was good and the film was bad", "not so good, really bad", "unhappy unhappiness happy", "films and more films"]


def wordpiece():
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'$#@/_-") + ["\u6771", "\u4eac"]
    pieces += ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
    pieces += ["the", "film", "was", "good", "bad", "not", "so", "really", "un", "##happi", "##ness", "##es", "caf", "control", "tabs"]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:1", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>", "<pad>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS * 4, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    return tokenizer


def rows(tokenizer, length, special, side, pad):
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(direction=side, pad_id=pad, length=length)
    encoded = [tokenizer.encode(text, add_special_tokens=special) for text in TEXTS]
    return [{"ids": e.ids, "mask": e.attention_mask, "types": e.type_ids} for e in encoded]


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
references = {"texts": TEXTS, "cases": []}
for name, tokenizer, pad in [("wordpiece", wordpiece(), 0), ("bpe", byte_level(), 2)]:
    if name == "wordpiece":
        tokenizer.enable_truncation(6, stride=2, direction="left")
        tokenizer.enable_padding(direction="left", pad_id=0, pad_token="[PAD]", length=9, pad_to_multiple_of=4)
    (folder / f"{name}.json").write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8")
    for length, special, side in [(16, True, "right"), (3, True, "right"), (24, False, "right"), (600, True, "left")]:
        case = {"tokenizer": name, "length": length, "special": special, "side": side}
        references["cases"].append(case | {"rows": rows(tokenizer, length, special, side, pad)})
for case in references["cases"]:  # without what can be told from the mask
    for row in case["rows"]:
        count = sum(row["mask"])
        tokens = slice(0, count) if case["side"] == "right" else slice(case["length"] - count, case["length"])
        assert row["mask"][tokens] == [1] * count
        row["ids"], row["types"] = row["ids"][tokens], row["types"][tokens]
        del row["mask"]
(folder / "references.json").write_text(json.dumps(references, separators=(",", ":")) + "\n", encoding="ascii")
