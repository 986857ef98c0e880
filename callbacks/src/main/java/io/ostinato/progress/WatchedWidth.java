package io.ostinato.progress;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** The width of this process's terminal, queried again after the terminal was resized. */
final class WatchedWidth implements IntSupplier {
  private final TerminalSize size;
  private volatile boolean resized;
  private volatile int columns;

  WatchedWidth(Map<String, String> environment, int columns) {
    this.size = new TerminalSize(environment);
    this.columns = columns;
    watch();
  }

  @Override
  public int getAsInt() {
    if (resized) {
      resized = false;
      columns = size.ask().orElse(columns);
    }
    return columns;
  }

  /**
   * Watches for resizes. The previous handler, such as that of an interactive shell, is still
   * called.
   */
  private void watch() {
    AtomicReference<SignalHandler> before = new AtomicReference<>(SignalHandler.SIG_DFL);
    try {
      before.set(
          Signal.handle(
              new Signal("WINCH"),
              signal -> {
                resized = true;
                tell(before.get(), signal);
              }));
    } catch (IllegalArgumentException noSuchSignal) {
      return; // the width stays as it is
    }
  }

  private static void tell(@Nullable SignalHandler before, Signal signal) {
    if (before != null && before != SignalHandler.SIG_DFL && before != SignalHandler.SIG_IGN) {
      before.handle(signal);
    }
  }
}
