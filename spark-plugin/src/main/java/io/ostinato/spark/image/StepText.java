package io.ostinato.spark.image;

import io.ostinato.describe.Defaults;
import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.ValueType;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses steps: {@code resize:256:bicubic,to_tensor,normalize:mean=[0.5,0.4,0.3],std=0.2}. A name
 * is followed by the values of its keys, in their order or as {@code key=value}.
 */
final class StepText {
  static final Kinds KINDS = Kinds.of(ImageStep.class);

  private StepText() {}

  /**
   * Parses all steps.
   *
   * @throws IllegalArgumentException if one is invalid; says which and why
   */
  static List<ImageStep> steps(String text) {
    List<List<String>> steps = new ArrayList<>();
    for (String part : split(text, ',')) {
      List<String> words = split(part, ':').stream().map(String::strip).toList();
      if (!steps.isEmpty() && words.get(0).contains("=")) {
        steps.get(steps.size() - 1).addAll(words);
      } else {
        steps.add(new ArrayList<>(words));
      }
    }
    return steps.stream().map(StepText::step).toList();
  }

  private static ImageStep step(List<String> words) {
    String name = words.get(0);
    OneKind kind =
        KINDS
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s; use one of %s"
                            .formatted(
                                name.isEmpty()
                                    ? "a transform is missing"
                                    : "unknown transform '%s'".formatted(Excerpt.of(name)),
                                String.join(", ", KINDS.names()))));
    Description description = kind.description();
    Map<String, String> given = given(name, words.subList(1, words.size()), description.keys());
    List<@Nullable Object> values = new ArrayList<>();
    for (KeyInfo key : description.keys()) {
      values.add(value(name, key, given.get(key.name())));
    }
    return (ImageStep) description.make(values);
  }

  private static Map<String, String> given(String name, List<String> words, List<KeyInfo> keys) {
    List<String> names = keys.stream().map(KeyInfo::name).toList();
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      int equals = words.get(i).indexOf('=');
      if (equals < 0 && i >= names.size()) {
        throw new IllegalArgumentException(
            "%s takes at most %s values; given: '%s'"
                .formatted(name, names.size(), Excerpt.of(String.join(":", words))));
      }
      String key = equals < 0 ? names.get(i) : words.get(i).substring(0, equals).strip();
      if (!names.contains(key)) {
        throw new IllegalArgumentException(
            "unknown key '%s' of %s; its keys: %s"
                .formatted(Excerpt.of(key), name, String.join(", ", names)));
      }
      if (given.put(key, words.get(i).substring(equals + 1).strip()) != null) {
        throw new IllegalArgumentException("'%s' of %s is given twice".formatted(key, name));
      }
    }
    return given;
  }

  private static @Nullable Object value(String name, KeyInfo key, @Nullable String text) {
    if (text == null) {
      if (key.isRequired()) {
        throw new IllegalArgumentException(
            "'%s' of %s is missing: %s".formatted(key.name(), name, key.meaning()));
      }
      return Defaults.ofKey(key);
    }
    if (key.type() instanceof ValueType.ListOf list) {
      return split(text.replaceFirst("^\\[(.*)]$", "$1").replace('/', ','), ',').stream()
          .map(one -> single(name, key, (ValueType.Single) list.element(), one.strip()))
          .toList();
    }
    return single(name, key, (ValueType.Single) key.type(), text);
  }

  private static Object single(String name, KeyInfo key, ValueType.Single type, String text) {
    Optional<?> value = type.value(text);
    String problem =
        value.isEmpty()
            ? "must be " + type.inWords()
            : value.get() instanceof Number number ? key.outOfBounds(number.doubleValue()) : "";
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' of %s %s; given: '%s'".formatted(key.name(), name, problem, Excerpt.of(text)));
    }
    return value.orElseThrow();
  }

  /** Splits the text at a character that is not within brackets. */
  private static List<String> split(String text, char at) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (c == at && depth == 0) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    return Stream.concat(parts.stream(), Stream.of(text.substring(start))).toList();
  }
}
