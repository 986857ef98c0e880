package io.ostinato.spark.plugin;

import io.ostinato.describe.Defaults;
import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Part;
import io.ostinato.describe.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** Reads the settings that a type declares, and collects a mistake for every invalid value. */
record SettingsReader(SparkConf conf, List<String> mistakes) {

  /** Reads the settings of a type. Settings that are absent or invalid have their defaults. */
  <T> T read(Class<T> type) {
    return type.cast(make(Description.of(type)));
  }

  private Object make(Description description) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Part part : description.parts()) {
      values.add(
          part instanceof Part.OfKey of
              ? value(of.key())
              : make(((Part.Inlined) part).description()));
    }
    return description.make(values);
  }

  private @Nullable Object value(KeyInfo key) {
    String text = conf.get(key.name(), "").trim();
    if (text.isEmpty()) {
      return Defaults.ofKey(key);
    }
    Optional<?> value =
        value(text, (ValueType.Single) key.type())
            .filter(v -> !(v instanceof Number n) || key.outOfBounds(n.doubleValue()).isEmpty());
    if (value.isPresent()) {
      return value.get();
    }
    mistakes.add("%s=%s is not allowed; it must be %s".formatted(key.name(), text, key.allowed()));
    return Defaults.ofKey(key);
  }

  /** Parses a value without regard to case, like Spark. */
  private static Optional<?> value(String text, ValueType.Single type) {
    Optional<?> value = type.value(text);
    return value.isPresent() ? value : type.value(text.toLowerCase(Locale.ROOT));
  }
}
