package io.ostinato.spark.plugin;

import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;

/** Reads typed settings, and notes every value that is not allowed. */
record SettingsReader(SparkConf conf, List<String> mistakes) {

  int number(String key, int least, int otherwise) {
    String value = conf.get(key, "").trim();
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    mistakes.add(
        "%s=%s is not allowed; it must be a whole number from %s".formatted(key, value, least));
    return otherwise;
  }

  long bytes(String key, long otherwise) {
    String value = conf.get(key, "").trim();
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      long bytes = conf.getSizeAsBytes(key);
      if (bytes >= 0) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, like a negative size.
    }
    mistakes.add("%s=%s is not allowed; it must be a size, as in 512m or 2g".formatted(key, value));
    return otherwise;
  }

  boolean truth(String key, boolean otherwise) {
    String value = conf.get(key, "").trim().toLowerCase(Locale.ROOT);
    switch (value) {
      case "":
        return otherwise;
      case "true":
        return true;
      case "false":
        return false;
      default:
        mistakes.add("%s=%s is not allowed; it must be true or false".formatted(key, value));
        return otherwise;
    }
  }

  <E extends Enum<E>> E oneOf(String key, Class<E> allowed, E otherwise) {
    String value = conf.get(key, "").trim();
    if (value.isEmpty()) {
      return otherwise;
    }
    List<E> all = List.of(allowed.getEnumConstants());
    for (E each : all) {
      if (each.name().toLowerCase(Locale.ROOT).equals(value.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    mistakes.add(
        "%s=%s is not allowed; it must be one of %s"
            .formatted(
                key,
                value,
                String.join(
                    ", ", all.stream().map(e -> e.name().toLowerCase(Locale.ROOT)).toList())));
    return otherwise;
  }
}
