package io.ostinato.spark.plugin;

import java.io.Serializable;

/**
 * The maximum size of the results that the driver collects for one evaluation, in bytes.
 *
 * @param key the setting that the limit comes from
 */
public record ResultsLimit(String key, long bytes) implements Serializable {
  static final String OURS = "spark.ostinato.evaluations.resultsLimit";
  static final String SPARKS = "spark.driver.maxResultSize";

  /**
   * The smaller one of ours and Spark's, which is none if 0.
   *
   * @param ours in bytes
   * @param sparks in bytes
   */
  static ResultsLimit of(long ours, long sparks) {
    return sparks > 0 && sparks < ours
        ? new ResultsLimit(SPARKS, sparks)
        : new ResultsLimit(OURS, ours);
  }
}
