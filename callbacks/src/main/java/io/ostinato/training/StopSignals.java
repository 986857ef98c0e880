package io.ostinato.training;

import io.ostinato.process.TrappedSignals;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Defers the first signal that asks the process to end until training has reached a point at which
 * it can stop; {@link #close} raises it again, with its original effect. A second signal has that
 * effect at once, whatever training waits for.
 */
final class StopSignals implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final AtomicReference<@Nullable String> received = new AtomicReference<>();
  private final TrappedSignals trapped;

  /** Defers these signals, such as {@code TERM} and {@code INT}. */
  StopSignals(List<String> names) {
    trapped = TrappedSignals.first(names, log, this::receive);
  }

  /** The name of the first received signal, such as {@code SIGTERM}. */
  Optional<String> received() {
    return Optional.ofNullable(received.get());
  }

  @Override
  public void close() {
    trapped.close();
    received().ifPresent(TrappedSignals::raise);
  }

  private void receive(String signal) {
    if (received.compareAndSet(null, signal)) {
      log.info(
          "{}: training ends after this update and its evaluations; a second signal ends it at once",
          signal);
    }
  }
}
