"""Makes the table of PyTorch's operators, what they write to and what their results may share memory
with, from torch's own schemas:

    python make_operator_table.py ../../main/resources/io/ostinato/torchscript/operators.txt

Serialized code names an operator without its overload, so a line is for all overloads of a name.
"""

import collections
import pathlib
import re
import sys
import textwrap

import torch

NAMESPACES = {
    "aten", "prim", "quantized", "_quantized", "sparse", "profiler",
    "prepacked", "mkldnn", "mkldnn_prepacked", "mkl", "onednn", "quantization",
}  # fmt: skip

# They write to arguments that their schemas don't mark. Norms, which do so in training only, are in the analysis.
WRITE = {
    "aten::batch_norm_gather_stats": ["3:tensor", "4:tensor"],
    "aten::batch_norm_gather_stats_with_counts": ["3:tensor", "4:tensor"],
    "aten::_propagate_xla_data": ["0:tensor", "1:tensor"],
    "aten::_cudnn_rnn_flatten_weight": ["0:elements"],
}

# They are not composite, and may still give what they were given.
SHARE = {
    "aten::add", "aten::as_tensor", "aten::channel_shuffle", "aten::copy", "aten::dequantize", "aten::dict",
    "aten::get", "aten::items", "aten::keys", "aten::lift", "aten::list", "aten::local_value", "aten::mul", "aten::native_channel_shuffle",
    "aten::native_dropout", "aten::pixel_shuffle", "aten::pixel_unshuffle", "aten::pop", "aten::popitem",
    "aten::select", "aten::setdefault", "aten::slice", "aten::sorted", "aten::sparse_mask", "aten::to_dense",
    "aten::to_mkldnn", "aten::to_padded_tensor", "aten::to_sparse", "aten::unsafe_split",
    "aten::unsafe_split_with_sizes", "aten::values", "aten::wait", "aten::__getitem__", "prim::awaitable_nowait",
    "prim::awaitable_wait",
}  # fmt: skip

# They make another list or dict, of what was in theirs; of tensors they compute.
OF_LISTS = {"aten::add", "aten::copy", "aten::dict", "aten::items", "aten::keys", "aten::list", "aten::mul", "aten::sorted"}

# Composite operators that compute whatever they are given, so that their result is always new.
COMPUTE = set(
    """__and__ __or__ __xor__ absolute all any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argsort argwhere
    batch_norm bilinear cat cdist clip column_stack concat concatenate conv1d conv2d conv3d conv_transpose1d
    conv_transpose2d conv_transpose3d cosine_similarity cross cross_entropy_loss cumprod cumsum cummax cummin det
    divide dstack embedding_bag fix float_power gather ger greater greater_equal grid_sampler group_norm gru gru_cell
    hstack index_add index_copy index_fill index_select inner instance_norm inverse isclose isfinite isreal kl_div
    kron l1_loss layer_norm less less_equal linear log_sigmoid log_softmax logdet logsumexp lstm lstm_cell matmul max
    mean median min mode msort multiply nanmean negative nll_loss nll_loss_nd norm not_equal one_hot outer
    pairwise_distance prelu prod quantile relu6 repeat_interleave rms_norm rnn_relu rnn_relu_cell rnn_tanh
    rnn_tanh_cell row_stack scaled_dot_product_attention scatter scatter_add selu softmax sort square std std_mean
    stft subtract sum tensordot tile trapz true_divide var var_mean vstack where""".split()
)


def writes_elements(schema, name):
    return f"(a!)[] {name}" in schema or any(f"({letter}!)[] {name}" in schema for letter in "bcdefgh")


def is_several(returns):
    """Whether an operator gives a list or several tensors."""
    return "[]" in returns or (returns.startswith("(") and "," in returns)


def tokens(schema):
    text = str(schema)
    for position, argument in enumerate(schema.arguments):
        places = [argument.name] if argument.kwarg_only else [str(position), argument.name]
        yield position, argument, places, text


def main(path):
    composite = {
        name
        for name in torch._C._dispatch_get_all_op_names()
        if torch._C._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd")
    }
    writes = collections.defaultdict(set)
    shares = collections.defaultdict(set)
    names = set()
    for schema in torch._C._jit_get_all_schemas():
        name = schema.name
        if name.split("::")[0] not in NAMESPACES:
            continue
        names.add(name)
        returns = str(schema).rsplit(" -> ", 1)[1]
        shared = set("".join(re.findall(r"\(([a-z](?:[!| ][^)]*)?)\)", returns)))
        full = name + ("." + schema.overload_name if schema.overload_name else "")
        base = name.split("::")[1]
        computes = base in COMPUTE or base.startswith("special_") or "Tensor" not in returns
        unmarked = (full in composite and not shared and not computes) or name in SHARE
        first = True
        for position, argument, places, text in tokens(schema):
            info = argument.alias_info
            type_name = str(argument.type)
            if info is not None and info.is_write:
                if writes_elements(text, argument.name):
                    what = "elements"
                elif type_name.startswith(("List", "Dict")):
                    what = "container"
                else:
                    what = "tensor"
                writes[name] |= {f"{place}:{what}" for place in places}
            several = ":list" if "Tensor" in type_name and "List" not in type_name and is_several(returns) else ""
            if info is not None and {letter.rsplit("::", 1)[-1] for letter in info.before_set} & shared:
                shares[name] |= {place + several for place in places}
            holds = not type_name.startswith(("int", "float", "bool", "str", "number", "Device", "Optional[int", "List[int"))
            if unmarked and holds:
                of_list = type_name.startswith(("List", "Dict"))
                if name in OF_LISTS:
                    gives = False
                    if of_list:
                        shares[name] |= {f"{place}:elements" for place in places}
                elif name in SHARE:
                    gives = True
                else:
                    gives = first or (of_list and "Tensor" in type_name)
                if gives:
                    shares[name] |= {place + several for place in places}
                first = False
        if base.endswith("_") and not base.endswith("__") and not writes[name]:
            writes[name].add("0:tensor")  # not marked, as _no_grad_embedding_renorm_
            shares[name].add("0")
    for name, places in WRITE.items():
        assert name in names, name
        writes[name] |= set(places)
    for name in SHARE:
        assert name in names, name
    lines = [
        f"# Made by make_operator_table.py from the operator schemas of PyTorch {torch.__version__.split('+')[0]}"
        " (torch._C._jit_get_all_schemas()).",
        "# An operator; what it writes to: a position or a name, and whether that is the tensor itself,",
        "# the elements of the list or the container itself; what its result may share memory with: the",
        "# argument, each of a list of results with it, or a new container with its elements.",
    ]
    order = lambda place: (len(place), place)
    for name in sorted(names):
        if writes[name] or shares[name]:
            lines.append(
                "\t".join([name, " ".join(sorted(writes[name], key=order)), " ".join(sorted(shares[name], key=order))])
            )
    lines.append("# They write to nothing, and what they give is new.")
    for namespace in sorted(NAMESPACES):
        pure = [n.split("::")[1] for n in sorted(names) if n.startswith(namespace + "::") and not writes[n] and not shares[n]]
        if pure:
            lines += textwrap.wrap(" ".join(pure), 110, initial_indent=f"{namespace}:: ", subsequent_indent=f"{namespace}:: ", break_on_hyphens=False)
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
