package io.ostinato.spark.plugin;

import java.io.Serializable;

/**
 * The most bytes of results that the driver collects for one evaluation.
 *
 * @param key the setting that says so
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
