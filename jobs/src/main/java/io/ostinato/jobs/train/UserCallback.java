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

/** Callbacks of users, by the names of their classes. */
final class UserCallback {
  private UserCallback() {}

  /**
   * A new callback of this class.
   *
   * @throws IllegalArgumentException if there is no such class, or it can't be created
   */
  @Kind(
      name = "",
      value =
          "A public class on the class path that extends `Callback`. Its public constructor takes a"
              + " `DataIteratorConfig` if it is a `PeriodicDataIteratorCallback`, a `Schedule` if it"
              + " is another callback, or neither; then the options as a map, or a record of its own"
              + " keys, which stand among these, or nothing.")
  static Callback create(
      String kind,
      @Inline DataIteratorConfig evaluation,
      @Key(
              value = "Where executors write the row results as Parquet.",
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
