package io.ostinato.metric;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How a metric of classes reads outputs and targets. Immutable.
 *
 * <p>Outputs have a dimension of classes, and targets, whole numbers, one class for each place of
 * the other dimensions: {@code (rows, classes)} and {@code (rows)}, {@code (rows, tokens, classes)}
 * and {@code (rows, tokens)}, {@code (rows, classes, height, width)} and {@code (rows, height,
 * width)}. Dimensions of 1 don't count: targets may be {@code (rows, 1)}. The shapes tell which
 * dimension has the classes, the second or the last; where they don't, {@link #classAxis} says it.
 *
 * <p>Where the dimension of classes is 1 or missing, as in {@code (rows, 1)} and {@code (rows)}, an
 * output is the score of class 1 of two: a logit, or a probability.
 */
public final class ClassOutputs implements Serializable {
  private static final long serialVersionUID = 1;

  /** The target of places that are passed over unless another is chosen, as in PyTorch. */
  public static final long IGNORED_TARGET = -100;

  private static final ClassOutputs DEFAULTS = new ClassOutputs(null, false, null, IGNORED_TARGET);

  private final @Nullable OutputKind kind;
  private final boolean isOfLogits;
  private final @Nullable Integer classAxis;
  private final long ignoredTarget;

  private ClassOutputs(
      @Nullable OutputKind kind,
      boolean isOfLogits,
      @Nullable Integer classAxis,
      long ignoredTarget) {
    this.kind = kind;
    this.isOfLogits = isOfLogits;
    this.classAxis = classAxis;
    this.ignoredTarget = ignoredTarget;
  }

  /**
   * Logits, whose classes are where the shapes tell; targets of {@value #IGNORED_TARGET} are passed
   * over. Outputs of one column may be taken for logits or for probabilities: if all of a dataset
   * could be probabilities and the result depends on it, it is NaN and a warning says so. Of
   * outputs with a column for each class it is that of logits, and a warning says if all rows of a
   * dataset are from 0 to 1 and sum to 1.
   */
  public static ClassOutputs defaults() {
    return DEFAULTS;
  }

  /** Outputs of this kind. */
  public ClassOutputs kind(OutputKind newKind) {
    return new ClassOutputs(newKind, isOfLogits, classAxis, ignoredTarget);
  }

  /**
   * The dimension that has the classes: from 1, or from -1 for the last; targets of the outputs'
   * own shape are then one-hot. 0, the dimension of the rows, says that there is none: each number
   * is an output of its own, the score of class 1 of two.
   */
  public ClassOutputs classAxis(int axis) {
    return new ClassOutputs(kind, isOfLogits, axis, ignoredTarget);
  }

  /** The target of places that are passed over. */
  public ClassOutputs ignoredTarget(long target) {
    return new ClassOutputs(kind, isOfLogits, classAxis, target);
  }

  /** For a metric that is of logits by its name, so that nobody need say it. */
  ClassOutputs ofLogits() {
    return new ClassOutputs(null, true, classAxis, ignoredTarget);
  }

  /** What the outputs are taken for. */
  OutputKind kind() {
    return kind == null ? OutputKind.LOGITS : kind;
  }

  /**
   * The scores of a batch.
   *
   * @throws IllegalArgumentException if outputs and targets don't fit together, a target is no
   *     class, or a probability is not from 0 to 1; NaN passes
   */
  ClassScores scores(MetricBatch batch) {
    LabelledOutputs labelled = labelled(batch);
    kind().check(labelled.outputs());
    return labelled.layout().columns() == 1
        ? new OneColumn(labelled, kind(), kind == null && !isOfLogits)
        : new ColumnPerClass(labelled, kind(), kind == null);
  }

  /** Outputs and targets of a batch, whatever they mean. */
  LabelledOutputs labelled(MetricBatch batch) {
    return LabelledOutputs.of(batch, classAxis, ignoredTarget);
  }
}
