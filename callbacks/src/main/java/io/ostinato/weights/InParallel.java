package io.ostinato.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Computes in parallel over native memory, which its owner may free as soon as this returns.
 * Thread-safe; the threads are those of the common pool.
 */
public final class InParallel {
  private InParallel() {}

  /**
   * The results in the order of the items. A parallel stream alone would throw a failure while
   * other items are still being computed; this returns, or throws the first failure, once all have
   * ended. Neither items nor results are kept after that.
   */
  public static <T, R> List<R> map(List<T> items, Function<T, R> function) {
    Work<T, R> work = new Work<>(items, function);
    IntStream.range(0, items.size()).parallel().forEach(work::run);
    return work.end();
  }

  /**
   * Items, what is done with them, and what came out. A thread of the common pool keeps the task of
   * an earlier stream in its frame for as long as it goes on with tasks of later ones, so all is
   * let go at the end. Otherwise the weights before would be in memory while their successors are
   * copied.
   */
  private static final class Work<T, R> {
    private volatile @Nullable List<T> items;
    private volatile @Nullable Function<T, R> function;
    private volatile AtomicReferenceArray<Outcome<R>> outcomes;

    Work(List<T> items, Function<T, R> function) {
      this.items = items;
      this.function = function;
      this.outcomes = new AtomicReferenceArray<>(items.size());
    }

    void run(int index) {
      T item = Objects.requireNonNull(items).get(index);
      outcomes.set(index, Outcome.of(Objects.requireNonNull(function), item));
    }

    List<R> end() {
      AtomicReferenceArray<Outcome<R>> ended = outcomes;
      items = null;
      function = null;
      outcomes = new AtomicReferenceArray<>(0);
      List<R> results = new ArrayList<>();
      for (int i = 0; i < ended.length(); i++) {
        results.add(ended.get(i).get());
      }
      return List.copyOf(results);
    }
  }

  private record Outcome<R>(@Nullable R result, @Nullable Throwable failure) {
    static <T, R> Outcome<R> of(Function<T, R> function, T item) {
      try {
        return new Outcome<>(function.apply(item), null);
      } catch (RuntimeException | Error e) {
        return new Outcome<>(null, e);
      }
    }

    R get() {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
      return Objects.requireNonNull(result);
    }
  }
}
