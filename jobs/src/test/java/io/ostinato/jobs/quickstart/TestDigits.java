package io.ostinato.jobs.quickstart;

import io.ostinato.spark.data.SparkDataset;
import org.apache.spark.sql.SparkSession;

/** The digits for code outside this room. */
public final class TestDigits {
  private TestDigits() {}

  /** The 360 digits to test on: x float32 (1, 8, 8) and class int64 (). */
  public static SparkDataset test(SparkSession spark) {
    return Digits.load().test(spark);
  }
}
