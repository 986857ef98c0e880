package io.ostinato.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Holds back signals that ask the process to end, until training has come to a point where it can:
 * on {@link #close} the handlers of before are back, and a signal that came is raised again.
 */
final class StopSignals implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
  private volatile @Nullable Signal received;

  /** Holds these signals back: {@code TERM}, {@code INT}. */
  StopSignals(List<String> names) {
    for (String name : names) {
      try {
        Signal signal = new Signal(name);
        SignalHandler handler = Signal.handle(signal, this::receive);
        before.put(signal, handler);
        if (handler == SignalHandler.SIG_IGN) {
          log.info("SIG{} is ignored: whoever started this process asked for that", name);
        }
      } catch (IllegalArgumentException e) {
        log.info("SIG{} ends this process at once: {}", name, e.getMessage());
      }
    }
  }

  /** The name of the signal that came, as in {@code SIGTERM}. */
  Optional<String> received() {
    Signal signal = received;
    return signal == null ? Optional.empty() : Optional.of("SIG" + signal.getName());
  }

  @Override
  public void close() {
    before.forEach(Signal::handle);
    Signal signal = received;
    if (signal != null) {
      Signal.raise(signal);
    }
  }

  private void receive(Signal signal) {
    if (received == null) {
      log.info("SIG{}: training ends after this update", signal.getName());
      received = signal;
    }
  }
}
