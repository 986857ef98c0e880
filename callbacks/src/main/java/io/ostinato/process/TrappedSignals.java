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
 * previous handlers. A signal that is trapped several times goes to the last trap that is not
 * closed, in whatever order they are closed. Thread-safe.
 */
public final class TrappedSignals implements AutoCloseable {
  private final Map<Signal, Trap> traps = new LinkedHashMap<>();

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
    traps.forEach((signal, trap) -> trap.remove(signal));
    traps.clear();
  }

  private synchronized void trap(List<String> names, Logger log, Consumer<String> received) {
    for (String name : names) {
      try {
        Trap trap = new Trap(received);
        traps.put(new Signal(name), trap);
        trap.set(new Signal(name));
        if (trap.before == SignalHandler.SIG_IGN) {
          log.info("SIG{} is ignored, as set by the program that started this process", name);
        }
      } catch (IllegalArgumentException e) {
        traps.remove(new Signal(name));
        log.info("SIG{} terminates this process immediately: {}", name, e.getMessage());
      }
    }
  }

  /** The handler of one signal, and the one that it replaces. */
  private static final class Trap implements SignalHandler {
    private final Consumer<String> received;
    private SignalHandler before = SIG_DFL;
    private boolean removed;

    Trap(Consumer<String> received) {
      this.received = received;
    }

    @Override
    public void handle(Signal signal) {
      received.accept("SIG" + signal.getName());
    }

    void set(Signal signal) {
      synchronized (Trap.class) {
        before = Signal.handle(signal, this);
      }
    }

    /** If a later trap replaces this one, the signal goes on to it. */
    void remove(Signal signal) {
      synchronized (Trap.class) {
        removed = true;
        SignalHandler current = Signal.handle(signal, remaining(this));
        if (current != this) {
          Signal.handle(signal, current);
        }
      }
    }

    private static SignalHandler remaining(SignalHandler handler) {
      return handler instanceof Trap trap && trap.removed ? remaining(trap.before) : handler;
    }
  }
}
