package io.ostinato.describe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DescriptionTest {
  enum Colour {
    RED,
    DARK_BLUE
  }

  /** Made of keys, one of which has a value if none is given. */
  record Every(long n, String unit) {
    @FromKeys(ifEmpty = "every_n_rows=1")
    static Every of(
        @Key(value = "Rows.", optional = true) @Nullable Long everyNRows,
        @Key(value = "Days.", optional = true) @Nullable Long everyNDays) {
      return everyNRows != null
          ? new Every(everyNRows, "rows")
          : new Every(everyNDays == null ? 0 : everyNDays, "days");
    }
  }

  /** Made of a text. */
  record Size(int bytes) {
    @FromText("a size such as 5b")
    static Optional<Size> parse(String text) {
      return text.endsWith("b")
          ? Optional.of(new Size(Integer.parseInt(text.substring(0, text.length() - 1))))
          : Optional.empty();
    }
  }

  record Settings(
      @Inline Every every,
      @Key("The name.") String name,
      @Key(value = "Numbers.", byDefault = "[0.5, 1e-8]") List<Double> numbers,
      @Key(value = "How many.", byDefault = "3", atLeast = 1, below = 10) int howMany,
      @Key(value = "The colour.", byDefault = "dark_blue", formerly = "color") Colour colour,
      @Key(value = "The size.", byDefault = "7b") Size size,
      @Key(value = "Whether.", byDefault = "true") boolean whether,
      @Key(value = "More.", optional = true) Map<String, Object> more,
      @Key(value = "A limit.", optional = true) @Nullable Long limit) {}

  @Kind(name = "shouting", value = "In capitals.")
  static final class Shouting {
    final Settings settings;

    public Shouting(Settings settings) {
      this.settings = settings;
    }
  }

  static final class Unfit {
    public Unfit(Thread thread) {
      assertThat(thread).isNotNull();
    }
  }

  record Odd(@Key("A thread.") Thread thread) {}

  record Suffix(@Key(value = "What follows.", byDefault = "''") String suffix)
      implements UnaryOperator<String> {
    @Override
    public String apply(String text) {
      return text + suffix;
    }
  }

  /** Kinds that are methods of an object with keys of its own. */
  static final class Greetings {
    private final String name;
    private final @Nullable String title;

    private Greetings(String name, @Nullable String title) {
      this.name = name;
      this.title = title;
    }

    @FromKeys
    static Greetings of(
        @Key("Whom to greet.") String name,
        @Key(value = "What to call them.", optional = true) @Nullable String title) {
      return new Greetings(name, title);
    }

    @Kind(name = "hello", value = "Formal.")
    String hello(@Key(value = "How often.", byDefault = "1") int times) {
      return "hello ".repeat(times) + (title == null ? "" : title + " ") + name;
    }

    @Kind(name = "hi", value = "Informal.", ignores = "title")
    String hi() {
      return "hi " + name + title;
    }
  }

  @Test
  void defaultsAreThoseOfTheKeys() {
    assertThat(Defaults.of(Settings.class, "a"))
        .isEqualTo(
            new Settings(
                new Every(1, "rows"),
                "a",
                List.of(0.5, 1e-8),
                3,
                Colour.DARK_BLUE,
                new Size(7),
                true,
                Map.of(),
                null));
    assertThatThrownBy(() -> Defaults.of(Settings.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("%s: 'name' has no default, and no value was passed", Settings.class.getName());
    assertThatThrownBy(() -> Defaults.of(Settings.class, "a", "b"))
        .hasMessage(
            "%s has fewer required keys than the 2 values passed", Settings.class.getName());
  }

  @Test
  void keysHaveTheirNamesBoundsAndMeanings() {
    List<KeyInfo> keys = Description.of(Settings.class).keys();
    assertThat(keys)
        .extracting(KeyInfo::name)
        .containsExactly(
            "every_n_rows",
            "every_n_days",
            "name",
            "numbers",
            "how_many",
            "colour",
            "size",
            "whether",
            "more",
            "limit");
    assertThat(keys).filteredOn(KeyInfo::isRequired).extracting(KeyInfo::name).containsOnly("name");
    KeyInfo howMany = keys.get(4);
    assertThat(howMany.meaning()).isEqualTo("How many.");
    assertThat(howMany.outOfBounds(0)).isEqualTo("must be at least 1");
    assertThat(howMany.outOfBounds(10)).isEqualTo("must be below 10");
    assertThat(howMany.outOfBounds(9)).isEmpty();
    assertThat(keys.get(5).names()).containsExactly("colour", "color");
  }

  @Test
  void aClassIsMadeByItsOnlyConstructor() {
    Description description = Description.of(Shouting.class);
    Settings settings = Defaults.of(Settings.class, "a");
    assertThat(((Shouting) description.make(List.of(settings))).settings).isSameAs(settings);
    assertThatThrownBy(() -> Description.of(Unfit.class))
        .hasMessage(
            "%s needs exactly one public constructor, which takes a record", Unfit.class.getName());
    assertThatThrownBy(() -> Description.of(Odd.class))
        .hasMessage("a configuration can't create values of class java.lang.Thread");
  }

  @Test
  void methodsAreKindsWithTheKeysOfTheirObjectAndOfWhatFollows() throws NoSuchMethodException {
    Description hello =
        Description.ofMethod(Greetings.class.getDeclaredMethod("hello", int.class), Suffix.class);
    assertThat(hello.keys())
        .extracting(KeyInfo::name)
        .containsExactly("times", "name", "title", "suffix");
    assertThat(hello.make(Arrays.asList(2, new Greetings("Ada", "Dr"), new Suffix("!"))))
        .isEqualTo("hello hello Dr Ada!");
    Description hi =
        Description.ofMethod(Greetings.class.getDeclaredMethod("hi"), OneOf.NoChange.class);
    assertThat(hi.keys()).extracting(KeyInfo::name).containsExactly("name");
    assertThat(hi.parts())
        .first()
        .isInstanceOfSatisfying(
            Part.Inlined.class,
            object ->
                assertThat(object.description().parts()).last().isEqualTo(new Part.LeftOut()));
  }
}
