package io.ostinato.torchscript;

import java.util.Map;
import java.util.Set;

/**
 * Which of PyTorch's operators change what they are given, and which give something that shares its
 * memory. After the alias annotations in the operator schemas of PyTorch 2.7.1 ({@code
 * torch._C._jit_get_all_schemas()}); and by name: what ends in an underscore works in place, what
 * {@code out} names is written to.
 */
final class Operators {
  private static final Set<String> CHANGE_A_CONTAINER =
      Set.of(
          "Delete",
          "_set_item",
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "update");

  private static final Map<String, Set<Integer>> CHANGE_OTHERS =
      Map.of(
          "_batch_norm_with_update", Set.of(3, 4),
          "fused_moving_avg_obs_fake_quant", Set.of(3, 4, 5, 6),
          "_fused_moving_avg_obs_fq_helper", Set.of(3, 4, 5, 6),
          "rrelu_with_noise", Set.of(1),
          "rrelu_with_noise_", Set.of(0, 1),
          "set_data", Set.of(0));

  /** Changes a list, and gives another tensor where it has a tensor. */
  private static final String SORT = "sort";

  /** Their sixth argument says whether they update the fourth and the fifth. */
  private static final Set<String> NORMALIZE =
      Set.of(
          "batch_norm",
          "instance_norm",
          "native_batch_norm",
          "_native_batch_norm_legit",
          "_batch_norm_impl_index",
          "cudnn_batch_norm",
          "miopen_batch_norm");

  private static final Set<String> DROP =
      Set.of(
          "dropout",
          "dropout_",
          "feature_dropout",
          "feature_dropout_",
          "alpha_dropout",
          "alpha_dropout_",
          "feature_alpha_dropout",
          "feature_alpha_dropout_",
          "native_dropout");

  private static final Set<String> RECURRENT = Set.of("lstm", "gru", "rnn_tanh", "rnn_relu");

  /** Give a container of their own, with the same elements. */
  private static final Set<String> COPY_A_CONTAINER =
      Set.of("copy", "dict", "items", "keys", "list");

  private static final Set<String> SHARE_MEMORY =
      Set.of(
          "Guard",
          "_autocast_to_full_precision",
          "_autocast_to_reduced_precision",
          "_conj",
          "_indices",
          "_neg_view",
          "_reshape_alias",
          "_unwrap_optional",
          "_values",
          "adjoint",
          "alias",
          "align_to",
          "alpha_dropout",
          "as_strided",
          "as_tensor",
          "atleast_1d",
          "atleast_2d",
          "atleast_3d",
          "broadcast_tensors",
          "broadcast_to",
          "ccol_indices",
          "chunk",
          "coalesce",
          "col_indices",
          "conj",
          "contiguous",
          "cpu",
          "crow_indices",
          "cuda",
          "data",
          "detach",
          "diagonal",
          "double",
          "dropout",
          "dsplit",
          "expand",
          "expand_as",
          "feature_alpha_dropout",
          "feature_dropout",
          "flatten",
          "float",
          "get",
          "half",
          "hsplit",
          "imag",
          "indices",
          "lift_fresh",
          "linalg_diagonal",
          "mH",
          "mT",
          "matrix_H",
          "moveaxis",
          "movedim",
          "narrow",
          "numpy_T",
          "permute",
          "pin_memory",
          "pop",
          "popitem",
          "positive",
          "ravel",
          "real",
          "refine_names",
          "rename",
          "reshape",
          "reshape_as",
          "resolve_conj",
          "resolve_neg",
          "row_indices",
          "select",
          "setdefault",
          "slice",
          "slice_inverse",
          "split",
          "split_with_sizes",
          "squeeze",
          "swapaxes",
          "swapdims",
          "t",
          "tensor_split",
          "to",
          "to_dense",
          "transpose",
          "type_as",
          "unbind",
          "unchecked_unwrap_optional",
          "unflatten",
          "unfold",
          "unsafe_chunk",
          "unsafe_split",
          "unsqueeze",
          "values",
          "view",
          "view_as",
          "view_as_complex",
          "view_as_real",
          "vsplit");

  private Operators() {}

  /** The arguments that an operator of this name changes for certain. */
  static Set<Integer> changed(String name) {
    if (CHANGE_A_CONTAINER.contains(name)) {
      return Set.of(0);
    }
    boolean inPlace = name.endsWith("_") && !name.endsWith("__");
    return CHANGE_OTHERS.getOrDefault(name, inPlace ? Set.of(0) : Set.of());
  }

  /** Whether what comes out may be what went in first, or part of it. */
  static boolean sharesMemory(String name) {
    return SHARE_MEMORY.contains(name)
        || name.startsWith("_foreach_")
        || !changed(name).isEmpty()
        || name.startsWith("__getitem__");
  }

  /** Whether what comes out is a new container of what is in the first argument. */
  static boolean copiesContainer(String name) {
    return COPY_A_CONTAINER.contains(name);
  }

  /** Whether it changes its first argument, if that is a list. */
  static boolean sorts(String name) {
    return name.equals(SORT);
  }

  static boolean normalizes(String name) {
    return NORMALIZE.contains(name);
  }

  /** Whether it is {@code (input, p, train)}. */
  static boolean drops(String name) {
    return DROP.contains(name);
  }

  /** Whether its sixth and seventh argument are the dropout and whether it trains. */
  static boolean isRecurrent(String name) {
    return RECURRENT.contains(name);
  }
}
