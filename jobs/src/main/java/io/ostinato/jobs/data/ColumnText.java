package io.ostinato.jobs.data;

import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.KindText;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.text.Excerpt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Parses columns given on the command line: a {@linkplain TensorSpec tensor} such as {@code
 * pixels:float32:1,8,8}, or a {@linkplain Conversion conversion} with its keys such as {@code
 * ids:pad:128,value=1}, in which values without a key are those of the first one. The name of the
 * column can contain colons.
 */
public final class ColumnText {
  private static final Kinds KINDS = Kinds.of(Conversion.class);

  private final String option;
  private final Map<String, String> shared;

  /**
   * Creates a parser.
   *
   * @param option the name of the option, for messages
   * @param shared values of keys that other options set for all columns, such as {@code tokenizer};
   *     a key in the text overrides them
   */
  public ColumnText(String option, Map<String, String> shared) {
    this.option = option;
    this.shared = Map.copyOf(shared);
  }

  /**
   * Parses a column.
   *
   * @throws IllegalArgumentException if the text is invalid; says why
   */
  public ColumnSpec parse(String text) {
    Optional<Parts> converted = converted(text);
    if (converted.isEmpty()) {
      return TensorSpec.parse(option, text);
    }
    Mistakes mistakes = new Mistakes();
    return new ConvertedSpec(
        converted.get().column(),
        Configuration.line(option + " " + text, converted.get().yaml(), mistakes)
            .bind(Conversion.class)
            .value());
  }

  /** A column, and its conversion as YAML. */
  private record Parts(String column, String yaml) {}

  private Optional<Parts> converted(String text) {
    if (TensorSpec.hasType(text)) {
      return Optional.empty();
    }
    List<String> parts = List.of(text.split(":", -1));
    for (int i = parts.size() - 1; i > 0; i--) {
      String word = parts.get(i).strip();
      Optional<OneKind> kind = KINDS.find(word.replaceFirst("\\+.*", ""));
      if (kind.isPresent()) {
        String column = String.join(":", parts.subList(0, i));
        String keys = String.join(":", parts.subList(i + 1, parts.size()));
        return Optional.of(new Parts(column, yaml(text, column, kind.get(), word, keys)));
      }
    }
    return Optional.empty();
  }

  /**
   * Converts the text of a column to YAML, with the keys of a {@link TensorConfig}.
   *
   * @throws IllegalArgumentException if the text is invalid; says why
   */
  public String yaml(String text) {
    Optional<Parts> converted = converted(text);
    if (converted.isPresent()) {
      return "{column: '%s', as: %s}"
          .formatted(converted.get().column().replace("'", "''"), converted.get().yaml());
    }
    TensorSpec tensor = TensorSpec.parse(option, text);
    return "{column: '%s', type: %s, shape: %s}"
        .formatted(
            tensor.column().replace("'", "''"), TensorSpec.word(tensor.type()), tensor.shape());
  }

  /** The names of the kinds of conversions, for messages. */
  static List<String> kinds() {
    return KINDS.names();
  }

  private String yaml(String text, String column, OneKind kind, String word, String keys) {
    if (column.isBlank()) {
      throw new IllegalArgumentException(
          "%s %s: the column is missing".formatted(option, Excerpt.of(text)));
    }
    List<String> known = kind.description().keys().stream().map(KeyInfo::name).toList();
    List<String> words = List.of(word.split("\\+"));
    String all =
        Stream.concat(
                Stream.of(keys).filter(each -> !each.isEmpty()),
                words.stream().skip(1).map(flag -> flag + "=true"))
            .collect(Collectors.joining(","));
    Map<String, String> others = new HashMap<>(shared);
    others.keySet().retainAll(known);
    if (known.contains("classes") && all.matches("\\d.*|(.*,)?classes=.*")) {
      others.remove("labels"); // the column has indices
    }
    return KindText.yaml(kind.name(), known.get(0), all, others);
  }
}
