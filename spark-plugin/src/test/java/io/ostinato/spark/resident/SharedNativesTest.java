package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedNativesTest {
  private final SharedNatives natives = new SharedNatives();
  private final List<String> loaded = Collections.synchronizedList(new ArrayList<>());

  @Test
  void tasksThatNeedTheSameAtOnceLoadItOnce() {
    assertThat(IntStream.range(0, 200).parallel().mapToObj(i -> get("a")).distinct()).hasSize(1);
    assertThat(loaded).containsExactly("a");
  }

  @Test
  void theLeastRecentlyUsedIsForgotten() {
    List<String> keys = IntStream.range(0, 8).mapToObj(i -> "key" + i).toList();
    keys.forEach(this::get);
    get("key0");
    get("another");
    loaded.clear();
    get("key0");
    assertThat(loaded).isEmpty();
    get("key1");
    assertThat(loaded).containsExactly("key1");
  }

  @Test
  void whatCouldNotBeLoadedIsTriedAgain() {
    assertThatThrownBy(
            () ->
                natives.get(
                    "a",
                    StringBuilder.class,
                    () -> {
                      throw new IllegalStateException("no memory");
                    }))
        .hasMessage("no memory");
    assertThat(get("a")).hasToString("a");
  }

  private StringBuilder get(String key) {
    return natives.get(
        key,
        StringBuilder.class,
        () -> {
          loaded.add(key);
          return new StringBuilder(key);
        });
  }
}
