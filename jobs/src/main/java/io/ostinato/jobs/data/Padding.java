package io.ostinato.jobs.data;

/** Up to which length rows are padded. */
enum Padding {
  /** To the given length. */
  MAX_LENGTH,

  /** To the longest row of the batch. */
  LONGEST;

  /** The meaning of the key. */
  static final String MEANING =
      "Whether rows are padded to `length`, or only to the longest row of their batch.";
}
