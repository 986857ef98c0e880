package io.ostinato.metric;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.UserClass;
import java.util.Map;

/** User-defined metrics, by the names of their classes. */
final class UserMetrics {
  private UserMetrics() {}

  /**
   * Creates a metric of a class.
   *
   * @throws IllegalArgumentException if the class doesn't exist, or the metric can't be created
   */
  @Kind(
      name = "",
      value =
          "A public class on the class path that implements `Metric` and has a public constructor"
              + " without parameters, or with a map of the options.")
  static Metric<?> create(
      String kind,
      @Key(value = "Options for the constructor.", optional = true) Map<String, Object> options) {
    return new UserClass(kind, options).create(Map.of(), Metric.class);
  }
}
