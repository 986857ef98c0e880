package io.ostinato.metric;

/** How similar two embeddings are; the more, the higher. */
public enum Similarity {
  /** The cosine of the angle between them; 0 if one of them is 0. */
  COSINE,
  /** The dot product. */
  DOT
}
