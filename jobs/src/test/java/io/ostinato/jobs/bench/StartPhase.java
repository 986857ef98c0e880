package io.ostinato.jobs.bench;

/** What a command does from spark-submit to its first metric, one after the other. */
enum StartPhase {
  SUBMIT("JVM, spark-submit and configuration", "SparkContext: Running Spark version"),
  CONTEXT("Spark's context", "BlockManager: Initialized BlockManager"),
  DATA("reading data", "TrainRows: collected"),
  METRIC("first epoch and evaluation", "SparkEvaluationEngine: callback");

  final String title;

  /** In the line of the log that ends the phase. */
  final String mark;

  StartPhase(String title, String mark) {
    this.title = title;
    this.mark = mark;
  }
}
