package io.ostinato.spark.chaos;

/** Something that happens in an application, after which an executor may be killed. */
enum Moment {
  JOB_STARTED,
  STAGE_SUBMITTED,
  STAGE_COMPLETED,
  TASK_STARTED,
  TASK_ENDED,
  /** An executor has stored or freed batches, weights or results. */
  BLOCK_UPDATED,
  /** A task is at a row: it kills its own process. */
  ROW
}
