package io.ostinato.process;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals that this process handles itself instead of ending. {@link #close} restores the handlers
 * of before. Thread-safe.
 */
public final class TrappedSignals implements AutoCloseable {
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

  private TrappedSignals() {}

  /**
   * Traps signals until closed.
   *
   * @param names without {@code SIG}, as in {@code TERM}; a signal that can't be trapped keeps its
   *     effect, which is logged
   * @param received gets the whole name of each signal that comes, as in {@code SIGTERM}, on a
   *     thread of the virtual machine
   */
  public static TrappedSignals all(List<String> names, Logger log, Consumer<String> received) {
    TrappedSignals trapped = new TrappedSignals();
    trapped.trap(names, log, received);
    return trapped;
  }

  /** As {@link #all}, until one has come: the next signal has its effect of before. */
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
   * @param name as {@code received} gets it
   */
  public static void raise(String name) {
    Signal.raise(new Signal(name.substring("SIG".length())));
  }

  /** Restores the handlers of before; again does nothing. */
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
          log.info("SIG{} is ignored: whoever started this process asked for that", name);
        }
      } catch (IllegalArgumentException e) {
        log.info("SIG{} ends this process at once: {}", name, e.getMessage());
      }
    }
  }
}
