package io.ostinato.spark.plugin;

import io.ostinato.describe.ByteSize;
import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.io.Serializable;

/**
 * The maximum size of the results that the driver collects for one evaluation, in bytes.
 *
 * @param key the setting that the limit comes from
 */
public record ResultsLimit(String key, long bytes) implements Serializable {
  static final String OURS = "spark.ostinato.evaluations.resultsLimit";
  static final String SPARKS = "spark.driver.maxResultSize";

  @FromKeys
  static ResultsLimit of(
      @Key(
              name = OURS,
              value =
                  "Maximum size of results that the driver collects for one evaluation; `"
                      + SPARKS
                      + "` takes precedence if it is smaller.",
              byDefault = "1g")
          ByteSize limit) {
    return new ResultsLimit(OURS, limit.bytes());
  }

  /**
   * The smaller one of this limit and Spark's.
   *
   * @param sparks in bytes; 0 for no limit
   */
  ResultsLimit or(long sparks) {
    return sparks > 0 && sparks < bytes ? new ResultsLimit(SPARKS, sparks) : this;
  }
}
