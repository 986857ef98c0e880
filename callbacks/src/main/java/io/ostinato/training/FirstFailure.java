package io.ostinato.training;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first of several failures, with the others suppressed. Not thread-safe. */
final class FirstFailure {
  private @Nullable Throwable first;

  void add(Throwable failure) {
    if (first == null) {
      first = failure;
    } else if (first != failure) {
      first.addSuppressed(failure);
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Takes the failure out, if there is one. */
  Optional<Throwable> take() {
    Optional<Throwable> taken = Optional.ofNullable(first);
    first = null;
    return taken;
  }
}
