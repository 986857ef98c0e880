package io.ostinato.training;

import java.util.ArrayDeque;
import java.util.Deque;

/** Resources to close, in reverse order. */
final class Closing implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Closes all after a failure, to which failures of closing are added as suppressed. */
  void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  /** Closes all, even if one fails; throws the first failure. */
  @Override
  public void close() {
    FirstFailure failures = new FirstFailure();
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception | Error e) {
        failures.add(e);
      }
    }
    Throwable first = failures.take().orElse(null);
    if (first instanceof Error error) {
      throw error;
    } else if (first != null) {
      throw first instanceof RuntimeException runtime ? runtime : new IllegalStateException(first);
    }
  }
}
