package io.ostinato.spark.plugin;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/**
 * The settings that begin with {@code spark.ostinato.}, checked.
 *
 * @param threads intra-op threads of the native engine, or 0 where none were set
 * @param threadsPerSlot cores over task slots: the threads where none were set
 * @param residentModels how many models a device keeps loaded, at least 1
 */
public record OstinatoSettings(int threads, int threadsPerSlot, int residentModels)
    implements Serializable {
  static final String PREFIX = "spark.ostinato.";
  static final String THREADS = PREFIX + "threads";
  static final String RESIDENT_MODELS = PREFIX + "resident.models";

  private static final Set<String> KEYS = new TreeSet<>(List.of(RESIDENT_MODELS, THREADS));

  /**
   * The settings of an application.
   *
   * @throws IllegalArgumentException if one is unknown or not allowed; says every mistake, with the
   *     key, the value and what is allowed
   */
  public static OstinatoSettings of(SparkConf conf) {
    List<String> mistakes = new ArrayList<>();
    for (Tuple2<String, String> entry : conf.getAll()) {
      if (entry._1().startsWith(PREFIX) && !KEYS.contains(entry._1())) {
        mistakes.add(
            "unknown setting %s=%s; known: %s"
                .formatted(entry._1(), entry._2(), String.join(", ", KEYS)));
      }
    }
    int threads = positive(conf, THREADS, 0, mistakes);
    int residentModels = positive(conf, RESIDENT_MODELS, 2, mistakes);
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          "Ostinato's settings are wrong:\n  - " + String.join("\n  - ", mistakes));
    }
    return new OstinatoSettings(threads, TaskSlots.threadsPerSlot(conf), residentModels);
  }

  /** Whether an application has the plugin. */
  public static boolean pluginConfigured(SparkConf conf) {
    return Stream.of(conf.get("spark.plugins", "").split(","))
        .map(String::trim)
        .anyMatch(OstinatoPlugin.class.getName()::equals);
  }

  private static int positive(SparkConf conf, String key, int otherwise, List<String> mistakes) {
    String value = conf.get(key, "");
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value.trim());
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    mistakes.add("%s=%s is not allowed; it must be a whole number from 1".formatted(key, value));
    return otherwise;
  }
}
