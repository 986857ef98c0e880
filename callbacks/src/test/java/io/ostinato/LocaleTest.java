package io.ostinato;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Messages and names of files have the same digits wherever a program runs. */
class LocaleTest {
  private static final Pattern NUMBER = Pattern.compile("%[-#+ 0,(]*\\d*(?:\\.\\d+)?[deEfgG]");
  private static final Pattern FORMATS = Pattern.compile("\\b(?:format|printf)\\(");

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
    for (String module : List.of("callbacks", "spark-plugin", "jobs", "notebooks")) {
      try (Stream<Path> sources = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        assertThat(sources.filter(LocaleTest::formatsByTheDefaultLocale))
            .as("%%d and %%f take the digits of the locale unless told Locale.ROOT; %%s doesn't")
            .isEmpty();
      }
    }
  }

  private static boolean formatsByTheDefaultLocale(Path source) {
    try {
      return source.toString().endsWith(".java")
          && Stream.of(Files.readString(source).split(";\\R"))
              .anyMatch(LocaleTest::formatsByTheDefaultLocale);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A number in a statement that formats; {@code formatted} never asks for a locale. */
  private static boolean formatsByTheDefaultLocale(String statement) {
    return NUMBER.matcher(statement).find()
        && (statement.contains(".formatted(")
            || FORMATS.matcher(statement).find() && !statement.contains("Locale.ROOT"));
  }
}
