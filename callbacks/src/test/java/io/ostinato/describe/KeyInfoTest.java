package io.ostinato.describe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyInfoTest {
  private enum Mode {
    FAST,
    SLOW
  }

  private record Keys(
      @Key(value = "One.", atLeast = 1) int maxRows,
      @Key(value = "Two.", name = "app.fitTasks", atLeast = 0, below = 1) double two,
      @Key(value = "Three.", above = 0, atMost = 2) double three,
      @Key("Four.") boolean four,
      @Key("Five.") Mode five,
      @Key("Six.") ByteSize six,
      @Key("Seven.") List<String> seven) {}

  private final List<KeyInfo> keys = Description.of(Keys.class).keys();

  @Test
  void keysHaveTheNameThatIsGivenOrTheirsInSnakeCase() {
    assertThat(keys).extracting(KeyInfo::name).startsWith("max_rows", "app.fitTasks", "three");
  }

  @Test
  void whatIsAllowedIsTheTypeAndItsBounds() {
    assertThat(keys.subList(0, 6))
        .extracting(KeyInfo::allowed)
        .containsExactly(
            "a whole number from 1",
            "a number from 0 below 1",
            "a number above 0 up to 2",
            "true or false",
            "one of fast, slow",
            "a size such as 512m or 2g");
    assertThatThrownBy(keys.get(6)::allowed)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("Keys: 'seven' has no single values");
  }

  @Test
  void singleValuesAreReadFromText() {
    assertThat(keys.subList(0, 6))
        .extracting(key -> ((ValueType.Single) key.type()).value("1"))
        .extracting(value -> value.map(Object::toString).orElse("none"))
        .containsExactly("1", "1.0", "1.0", "none", "none", "1");
    assertThat(value(1, "NaN")).isEqualTo("none");
    assertThat(value(0, "2147483648")).isEqualTo("none");
    assertThat(value(3, "false")).isEqualTo("false");
    assertThat(value(4, "slow")).isEqualTo("SLOW");
  }

  private String value(int key, String text) {
    return ((ValueType.Single) keys.get(key).type())
        .value(text)
        .map(Object::toString)
        .orElse("none");
  }
}
