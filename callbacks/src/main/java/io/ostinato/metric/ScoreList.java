package io.ostinato.metric;

import java.io.Serializable;
import java.util.Arrays;

/** All scores of two classes: 8 bytes per row. Not thread-safe. */
public final class ScoreList implements Serializable {
  private static final long serialVersionUID = 1;

  private Scores positives = new Scores();
  private Scores negatives = new Scores();

  void add(BinaryScores batch) {
    for (int i = 0; i < batch.scores().length; i++) {
      (batch.positive()[i] ? positives : negatives).add(batch.scores()[i]);
    }
  }

  void add(ScoreList other) {
    positives.addAll(other.positives);
    negatives.addAll(other.negatives);
  }

  long positives() {
    return positives.size;
  }

  long negatives() {
    return negatives.size;
  }

  /** The scores of class 1, ascending; NaN last. */
  double[] sortedPositives() {
    return positives.sorted();
  }

  /** The scores of class 0, ascending; NaN last. */
  double[] sortedNegatives() {
    return negatives.sorted();
  }

  /** A growing list of doubles. */
  private static final class Scores implements Serializable {
    private static final long serialVersionUID = 1;
    private double[] values = new double[16];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, Math.multiplyExact(2, size));
      }
      values[size++] = value;
    }

    void addAll(Scores other) {
      int together = Math.addExact(size, other.size);
      if (together > values.length) {
        values = Arrays.copyOf(values, Math.max(together, (int) Math.min(2L * size, 1 << 30)));
      }
      System.arraycopy(other.values, 0, values, size, other.size);
      size = together;
    }

    double[] sorted() {
      double[] copy = Arrays.copyOf(values, size);
      for (int i = 0; i < size; i++) {
        copy[i] += 0.0; // -0.0 and 0.0 are the same score
      }
      Arrays.sort(copy);
      return copy;
    }

    private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
      values = Arrays.copyOf(values, Math.max(1, size));
      out.defaultWriteObject();
    }
  }
}
