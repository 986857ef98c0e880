package io.ostinato.torchscript;

import java.util.Set;

/** Which of PyTorch's operators do more, or other things, than {@link OperatorTable} says. */
final class Operators {
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

  /** Put what is in their second argument into the first. */
  private static final Set<String> PUT_ELEMENTS = Set.of("extend", "add_", "update");

  /** Put nothing into a container that they change. */
  private static final Set<String> PUT_NOTHING =
      Set.of("Delete", "clear", "mul_", "pop", "popitem", "remove", "reverse", "sort");

  /** Give the very thing that they were given, whatever it is. */
  private static final Set<String> SAME =
      Set.of(
          "_unwrap_optional",
          "awaitable_nowait",
          "awaitable_wait",
          "unchecked_unwrap_optional",
          "wait");

  /** Make their first argument share the memory of another. */
  private static final Set<String> SHARE_MEMORY = Set.of("set_", "set_data");

  /** Set the state of the generator of random numbers, which is one for the process. */
  private static final Set<String> SEED = Set.of("manual_seed", "seed", "set_state");

  private Operators() {}

  static boolean seeds(String name) {
    return SEED.contains(name);
  }

  /** Whether its result has the keys of a dict with their values. */
  static boolean givesPairs(String name) {
    return name.equals("items") || name.equals("popitem");
  }

  /** Whether its argument may have keys with their values. */
  static boolean takesPairs(String name) {
    return name.equals("dict");
  }

  /** Whether what it is called says that it changes its first argument. */
  static boolean worksInPlace(String name) {
    return name.endsWith("_") && !name.endsWith("__");
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
