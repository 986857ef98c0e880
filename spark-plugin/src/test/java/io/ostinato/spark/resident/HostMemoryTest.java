package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class HostMemoryTest {
  private static final long MB = 1 << 20;
  private static final List<String> OF_HOST =
      List.of("MemTotal:       102400 kB", "MemFree:  1024 kB", "MemAvailable:    51200 kB");

  @Test
  void ofAHostThePageCacheIsAvailable() {
    assertThat(available(100 * MB, MB, OF_HOST)).hasValue(50 * MB);
  }

  @Test
  void ofAContainerOnlyItsFreeMemoryIsAvailable() {
    assertThat(available(20 * MB, 5 * MB, OF_HOST)).hasValue(5 * MB);
    assertThat(available(90 * MB, 80 * MB, OF_HOST)).as("of a full host").hasValue(50 * MB);
    assertThat(available(20 * MB, 0, OF_HOST)).as("a full container").isEmpty();
  }

  @Test
  void withoutLinuxTheJvmsFigureCounts() {
    assertThat(available(100 * MB, 7 * MB, List.of())).hasValue(7 * MB);
    assertThat(available(100 * MB, 7 * MB, List.of("MemTotal: many kB", "MemAvailable:")))
        .hasValue(7 * MB);
    assertThat(available(0, 0, List.of())).isEmpty();
  }

  @Test
  void aFigureIsAskedForOnceASecond() {
    AtomicLong nanos = new AtomicLong(-5);
    AtomicLong asked = new AtomicLong();
    Supplier<OptionalLong> figures =
        HostMemory.onceASecond(() -> OptionalLong.of(asked.incrementAndGet()), nanos::get);
    assertThat(figures.get()).hasValue(1);
    nanos.addAndGet(999_999_999);
    assertThat(figures.get()).hasValue(1);
    nanos.incrementAndGet();
    assertThat(figures.get()).hasValue(2);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryOfThisHostIsKnown() {
    HostMemory host = HostMemory.now();
    assertThat(host.meminfo()).isNotEmpty();
    assertThat(host.available().orElse(0)).isBetween(1L, host.totalBytes());
  }

  private static OptionalLong available(long total, long free, List<String> meminfo) {
    return new HostMemory(total, free, meminfo).available();
  }
}
