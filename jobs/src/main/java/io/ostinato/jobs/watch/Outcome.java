package io.ostinato.jobs.watch;

/** What became of a checkpoint. */
enum Outcome {
  EVALUATED,
  SKIPPED,
  FAILED
}
