package io.ostinato.torchscript;

import java.util.Set;

/** PyTorch operators with effects beyond those in {@link OperatorTable}. */
final class Operators {
  /** Operators whose sixth argument says whether they update the fourth and the fifth. */
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

  /** Operators that put the elements of their second argument into the first. */
  private static final Set<String> PUT_ELEMENTS = Set.of("extend", "add_", "update");

  /** Operators that change a container without putting anything into it. */
  private static final Set<String> PUT_NOTHING =
      Set.of("Delete", "clear", "mul_", "pop", "popitem", "remove", "reverse", "sort");

  /** Operators that return their argument itself, whatever it is. */
  private static final Set<String> SAME =
      Set.of(
          "_unwrap_optional",
          "awaitable_nowait",
          "awaitable_wait",
          "unchecked_unwrap_optional",
          "wait");

  /** Operators that make their first argument share the memory of another. */
  private static final Set<String> SHARE_MEMORY = Set.of("set_", "set_data");

  /**
   * Operators that set the state of the random number generator, which is shared by the process.
   */
  private static final Set<String> SEED = Set.of("manual_seed", "seed", "set_state");

  private Operators() {}

  static boolean seeds(String name) {
    return SEED.contains(name);
  }

  /** Whether the result consists of the key-value pairs of a dict. */
  static boolean givesPairs(String name) {
    return name.equals("items") || name.equals("popitem");
  }

  /** Whether the argument can consist of key-value pairs. */
  static boolean takesPairs(String name) {
    return name.equals("dict");
  }

  /** Whether the name says that the operator changes its first argument in place. */
  static boolean worksInPlace(String name) {
    return name.endsWith("_") && !name.endsWith("__");
  }

  static boolean normalizes(String name) {
    return NORMALIZE.contains(name);
  }

  /** Whether the operator is a dropout with the arguments {@code (input, p, train)}. */
  static boolean drops(String name) {
    return DROP.contains(name);
  }

  /**
   * Whether the operator is a recurrent layer, which takes the dropout followed by a training flag.
   */
  static boolean isRecurrent(String name) {
    return RECURRENT.contains(name);
  }

  static boolean putsElements(String name) {
    return PUT_ELEMENTS.contains(name);
  }

  static boolean putsNothing(String name) {
    return PUT_NOTHING.contains(name);
  }

  static boolean givesTheSame(String name) {
    return SAME.contains(name);
  }

  static boolean makesShareMemory(String name) {
    return SHARE_MEMORY.contains(name);
  }
}
