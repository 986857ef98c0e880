package io.ostinato.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no such signals")
class TrappedSignalsTest {
  private static final Logger log = LoggerFactory.getLogger(TrappedSignalsTest.class);
  private static final List<String> NAMES = List.of("CONT", "KILL");

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private SignalHandler before = SignalHandler.SIG_DFL;

  @BeforeEach
  void listen() {
    before = Signal.handle(new Signal("CONT"), signal -> seen.add("before"));
  }

  @AfterEach
  void stopListening() {
    Signal.handle(new Signal("CONT"), before);
  }

  @Test
  void onceClosedASignalHasItsEffectOfBefore() throws InterruptedException {
    TrappedSignals.first(NAMES, log, seen::add).close();
    TrappedSignals.raise("SIGCONT");
    assertThat(next()).isEqualTo("before");
  }

  @Test
  void afterTheFirstTheNextHasItsEffectOfBefore() throws InterruptedException {
    try (TrappedSignals trapped = TrappedSignals.first(NAMES, log, seen::add)) {
      TrappedSignals.raise("SIGCONT");
      assertThat(next()).isEqualTo("SIGCONT");
      TrappedSignals.raise("SIGCONT");
      assertThat(next()).isEqualTo("before");
    }
  }

  @Test
  void trapsMayBeClosedInAnyOrder() throws InterruptedException {
    TrappedSignals first = TrappedSignals.first(List.of("CONT"), log, name -> seen.add("first"));
    TrappedSignals second = TrappedSignals.first(List.of("CONT"), log, name -> seen.add("second"));
    TrappedSignals third = TrappedSignals.first(List.of("CONT"), log, name -> seen.add("third"));
    second.close();
    assertThat(raised()).isEqualTo("third");
    third.close();
    assertThat(raised()).isEqualTo("first");
    assertThat(raised()).isEqualTo("before");
    first.close();
    assertThat(raised()).isEqualTo("before");
  }

  private String raised() throws InterruptedException {
    TrappedSignals.raise("SIGCONT");
    return next();
  }

  private String next() throws InterruptedException {
    return String.valueOf(seen.poll(1, TimeUnit.MINUTES));
  }
}
