package io.ostinato.process;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * A signal that this process handles itself instead of terminating. {@link #close} restores the
 * previous handlers. Thread-safe.
 */
public final class TrappedSignals implements AutoCloseable {
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

  private TrappedSignals() {}

  /**
   * Traps the first of these signals; later ones, and all once this is closed, have their previous
   * effect.
   *
   * @param names the signals without {@code SIG}, such as {@code TERM}; a signal that can't be
   *     trapped keeps its effect, which is logged
   * @param received is passed the full name of the signal, such as {@code SIGTERM}, on a thread of
   *     the virtual machine
   */
  public static TrappedSignals first(List<String> names, Logger log, Consumer<String> received) {
    TrappedSignals trapped = new TrappedSignals();
    trapped.trap(
        names,
        log,
        name -> {
          trapped.close();
          received.accept(name);
        });
    return trapped;
  }

  /**
   * Sends a signal to this process.
   *
   * @param name the full name, such as {@code SIGTERM}
   */
  public static void raise(String name) {
    Signal.raise(new Signal(name.substring("SIG".length())));
  }

  /** Restores the previous handlers; further calls have no effect. */
  @Override
  public synchronized void close() {
    before.forEach(Signal::handle);
    before.clear();
  }

  private synchronized void trap(List<String> names, Logger log, Consumer<String> received) {
    for (String name : names) {
      try {
        SignalHandler handler =
            Signal.handle(new Signal(name), signal -> received.accept("SIG" + signal.getName()));
        before.put(new Signal(name), handler);
        if (handler == SignalHandler.SIG_IGN) {
          log.info("SIG{} is ignored, as set by the program that started this process", name);
        }
      } catch (IllegalArgumentException e) {
        log.info("SIG{} terminates this process immediately: {}", name, e.getMessage());
      }
    }
  }
}
