package io.ostinato.spark.resident;

import java.util.Objects;

/**
 * Whether a task of this process ran out of memory. Spark then ends the process, which is also the
 * driver's if tasks run there. Thread-safe.
 */
public final class ExhaustedMemory {
  private volatile String what = "";

  ExhaustedMemory() {}

  /** Takes note of what failed a task. */
  public void failed(Throwable error) {
    if (error instanceof OutOfMemoryError) {
      what = Objects.requireNonNullElse(error.getMessage(), "OutOfMemoryError");
    }
  }

  /** What the task ran out of, such as {@code Java heap space}; empty if none did. */
  public String what() {
    return what;
  }
}
