package io.ostinato.training;

/**
 * What a resume does if {@code metrics.jsonl} lacks records that were there when the checkpoint was
 * saved, or has others in their place.
 */
public enum LostMetrics {
  /** Refuses to resume, before anything is changed. */
  REFUSE,
  /** Warns, and continues with the records that are there. */
  ACCEPT
}
