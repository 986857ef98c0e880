package io.ostinato.jobs.train;

import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.OwnKeys;
import io.ostinato.describe.UserClass;
import io.ostinato.schedule.Schedule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates callbacks of users' classes. */
final class UserCallback {
  private UserCallback() {}

  /**
   * Creates a new callback of this class.
   *
   * @throws IllegalArgumentException if the class doesn't exist or can't be instantiated
   */
  @Kind(
      name = "",
      value =
          "A public class on the class path that extends `Callback`. Its public constructor takes a"
              + " `DataIteratorConfig` if it is a `PeriodicDataIteratorCallback`, a `Schedule` if"
              + " it is another callback, or neither; then optionally the options as a map, or a"
              + " record whose components are additional keys of this section.")
  static Callback create(
      String kind,
      @Inline DataIteratorConfig evaluation,
      @Key(
              value = "Path where executors write the row results as Parquet.",
              optional = true,
              otherwise = "the driver collects them")
          @Nullable String resultsPath,
      @Key(value = "Options for the constructor.", optional = true) Map<String, Object> options,
      @OwnKeys(given = {DataIteratorConfig.class, Schedule.class}) @Nullable Record parameters) {
    UserClass user = new UserClass(kind, options);
    Map<Class<?>, Object> given =
        PeriodicDataIteratorCallback.class.isAssignableFrom(user.load(Callback.class))
            ? Map.of(DataIteratorConfig.class, written(evaluation, resultsPath))
            : Map.of(Schedule.class, evaluation.schedule());
    return parameters == null
        ? user.create(given, Callback.class)
        : user.create(given, parameters, Callback.class);
  }

  private static DataIteratorConfig written(
      DataIteratorConfig config, @Nullable String resultsPath) {
    return resultsPath == null ? config : config.results().toParquet(resultsPath);
  }
}
