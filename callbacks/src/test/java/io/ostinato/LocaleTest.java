package io.ostinato;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Messages and names of files have the same digits wherever a program runs. */
class LocaleTest {

  @Test
  void namesOfIterationsHaveLatinDigits() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat("%d".formatted(1)).as("digits of this locale").isNotEqualTo("1");
      assertThat(new TrainingIteration(1, 2, 3)).hasToString("E1_U2_S3");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void noMessageFormatsNumbersByTheDefaultLocale() throws IOException {
    for (String module : List.of("callbacks", "spark-plugin", "jobs")) {
      try (Stream<Path> sources = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        assertThat(sources.filter(LocaleTest::formatsWholeNumbers))
            .as("%%d in a formatted text takes the digits of the locale; %%s doesn't")
            .isEmpty();
      }
    }
  }

  private static boolean formatsWholeNumbers(Path source) {
    try {
      if (!source.toString().endsWith(".java")) {
        return false;
      }
      String text = Files.readString(source);
      return text.contains("%d") && !text.contains("Locale.ROOT");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
