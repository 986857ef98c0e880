package io.ostinato.jobs.watch;

/** The outcome of a checkpoint. */
enum Outcome {
  EVALUATED,
  SKIPPED,
  FAILED
}
