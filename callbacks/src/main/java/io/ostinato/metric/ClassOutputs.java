package io.ostinato.metric;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How a metric of classes reads outputs and targets. Immutable.
 *
 * <p>Outputs have a dimension of classes. Targets are whole numbers: one class for each position of
 * the other dimensions, such as {@code (rows, classes)} and {@code (rows)}, {@code (rows, tokens,
 * classes)} and {@code (rows, tokens)}, {@code (rows, classes, height, width)} and {@code (rows,
 * height, width)}. Dimensions of length 1 are ignored: targets can be {@code (rows, 1)}. The
 * dimension of classes, the second or the last, is inferred from the shapes; if they are ambiguous,
 * {@link #classAxis} sets it.
 *
 * <p>If the dimension of classes has length 1 or is missing, as in {@code (rows, 1)} and {@code
 * (rows)}, an output is the score of class 1 of two: a logit or a probability.
 */
public final class ClassOutputs implements Serializable {
  private static final long serialVersionUID = 1;

  /** The target of positions that are ignored by default, as in PyTorch. */
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
   * Logits, with the dimension of classes inferred from the shapes; targets of {@value
   * #IGNORED_TARGET} are ignored. Outputs of one column may be logits or probabilities: if all
   * outputs of a dataset could be probabilities and the result depends on it, the result is NaN,
   * with a warning. Outputs with one column per class are treated as logits, with a warning if all
   * rows of a dataset are from 0 to 1 and sum to 1.
   */
  public static ClassOutputs defaults() {
    return DEFAULTS;
  }

  /** Declares the outputs to be of this kind. */
  public ClassOutputs kind(OutputKind newKind) {
    return new ClassOutputs(newKind, isOfLogits, classAxis, ignoredTarget);
  }

  /**
   * Sets the dimension of the classes: from 1, or -1 for the last; targets with the same shape as
   * the outputs are then one-hot. 0, the dimension of the rows, means that there is none: each
   * number is a separate output, the score of class 1 of two.
   */
  public ClassOutputs classAxis(int axis) {
    return new ClassOutputs(kind, isOfLogits, axis, ignoredTarget);
  }

  /** Sets the target of positions to ignore. */
  public ClassOutputs ignoredTarget(long target) {
    return new ClassOutputs(kind, isOfLogits, classAxis, target);
  }

  /** For a metric that is defined for logits, so that the kind need not be declared. */
  ClassOutputs ofLogits() {
    return new ClassOutputs(null, true, classAxis, ignoredTarget);
  }

  /** The kind that the outputs are treated as. */
  OutputKind kind() {
    return kind == null ? OutputKind.LOGITS : kind;
  }

  /**
   * The scores of a batch.
   *
   * @throws IllegalArgumentException if the shapes of outputs and targets don't match, a target is
   *     not a class, or a probability is not from 0 to 1; NaN is accepted
   */
  ClassScores scores(MetricBatch batch) {
    LabelledOutputs labelled = labelled(batch);
    kind().check(labelled.outputs());
    return labelled.layout().columns() == 1
        ? new OneColumn(labelled, kind(), kind == null && !isOfLogits)
        : new ColumnPerClass(labelled, kind(), kind == null);
  }

  /** The outputs and targets of a batch, whatever the kind of the outputs. */
  LabelledOutputs labelled(MetricBatch batch) {
    return LabelledOutputs.of(batch, classAxis, ignoredTarget);
  }
}
