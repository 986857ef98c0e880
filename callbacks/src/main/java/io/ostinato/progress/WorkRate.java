package io.ostinato.progress;

import java.time.Duration;
import java.util.Locale;

/** The speed of work, as text beside its progress. */
public final class WorkRate {
  private WorkRate() {}

  /**
   * The mean speed so far: {@code 1,250 rows/s}, with decimals below 10; empty if nothing is done,
   * or no time has passed.
   *
   * @param unit the unit of {@code done}, in the plural
   */
  public static String of(long done, Duration passed, String unit) {
    double seconds = passed.toNanos() / 1e9;
    if (done <= 0 || seconds <= 0) {
      return "";
    }
    double rate = done / seconds;
    String number = rate < 9.995 ? "%.2f" : "%,.0f";
    return String.format(Locale.ROOT, number + " %s/s", rate, unit);
  }
}
