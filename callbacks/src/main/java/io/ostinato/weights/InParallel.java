package io.ostinato.weights;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Computes in parallel over native memory, which its owner may free as soon as this returns. */
final class InParallel {
  private InParallel() {}

  private record Outcome<R>(@Nullable R result, @Nullable Throwable failure) {
    static <T, R> Outcome<R> of(Function<T, R> function, T item) {
      try {
        return new Outcome<>(function.apply(item), null);
      } catch (RuntimeException | Error e) {
        return new Outcome<>(null, e);
      }
    }
  }

  /**
   * The results in the order of the items. A parallel stream alone would throw a failure while
   * other items are still being computed; this returns, or throws the first failure, once all have
   * ended.
   */
  static <T, R> List<R> map(List<T> items, Function<T, R> function) {
    List<Outcome<R>> outcomes =
        items.parallelStream().map(item -> Outcome.of(function, item)).toList();
    for (Outcome<R> outcome : outcomes) {
      if (outcome.failure() instanceof Error error) {
        throw error;
      }
      if (outcome.failure() instanceof RuntimeException failure) {
        throw failure;
      }
    }
    return outcomes.stream().map(outcome -> Objects.requireNonNull(outcome.result())).toList();
  }
}
