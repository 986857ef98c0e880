package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.io.Serializable;
import java.util.List;
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
 *
 * <p>{@link #labelAxis} declares outputs with several labels, each of which applies or doesn't,
 * such as {@code (rows, labels)}; their targets have the same shape and are 0 or 1.
 */
public final class ClassOutputs implements Serializable {
  private static final long serialVersionUID = 1;

  /** The target of positions that are ignored by default, as in PyTorch. */
  public static final long IGNORED_TARGET = -100;

  private static final ClassOutputs DEFAULTS =
      new ClassOutputs(null, false, ClassAxes.INFERRED, IGNORED_TARGET, null, Mask.NONE);

  private final @Nullable OutputKind kind;
  private final boolean isOfLogits;
  private final ClassAxes axes;
  private final long ignoredTarget;
  private final @Nullable Double threshold;
  private final Mask mask;

  private ClassOutputs(
      @Nullable OutputKind kind,
      boolean isOfLogits,
      ClassAxes axes,
      long ignoredTarget,
      @Nullable Double threshold,
      Mask mask) {
    this.kind = kind;
    this.isOfLogits = isOfLogits;
    this.axes = axes;
    this.ignoredTarget = ignoredTarget;
    this.threshold = threshold;
    this.mask = mask;
  }

  /** Creates them from the keys of a configuration. */
  @FromKeys
  static ClassOutputs of(
      @Key(
              value = "The kind of the outputs.",
              optional = true,
              otherwise =
                  "logits; if one column has only values from 0 to 1, the result is NaN, with a"
                      + " warning")
          @Nullable OutputKind outputs,
      @Key(
              value =
                  "The dimension of the classes: 1, or -1 for the last; targets with the same shape"
                      + " as the outputs are then one-hot. 0 if there is none: each number is an"
                      + " output for two classes.",
              optional = true,
              otherwise = "inferred from the shapes")
          @Nullable Integer classAxis,
      @Key(
              value =
                  "The dimension of the labels of multi-label outputs: 1, or -1 for the last;"
                      + " targets have the same shape, and are 0 or 1.",
              optional = true,
              otherwise = "none: a position has one class")
          @Nullable Integer labelAxis,
      @Key(value = "Targets to ignore.", byDefault = "" + IGNORED_TARGET) long ignoredTarget,
      @Key(
              value =
                  "The probability above which class 1 of two, or a label, is predicted; applies to"
                      + " logits, too.",
              optional = true,
              otherwise = "0.5",
              above = 0,
              below = 1)
          @Nullable Double threshold,
      @Key(
              value =
                  "The column of the dataset that selects the positions that count: 1 if a position"
                      + " counts, 0 if not.",
              byDefault = "''",
              otherwise = "all positions count")
          String mask) {
    ClassOutputs read = defaults().ignoredTarget(ignoredTarget);
    read = outputs == null ? read : read.kind(outputs);
    read = classAxis == null ? read : read.classAxis(classAxis);
    read = labelAxis == null ? read : read.labelAxis(labelAxis);
    read = threshold == null ? read : read.threshold(threshold);
    return mask.isBlank() ? read : read.mask(mask);
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
    return new ClassOutputs(newKind, isOfLogits, axes, ignoredTarget, threshold, mask);
  }

  /**
   * Sets the dimension of the classes: from 1, or -1 for the last; targets with the same shape as
   * the outputs are then one-hot. 0, the dimension of the rows, means that there is none: each
   * number is a separate output, the score of class 1 of two.
   *
   * @throws IllegalArgumentException if a dimension of labels is set
   */
  public ClassOutputs classAxis(int axis) {
    return axes(axes.ofClasses(axis));
  }

  /**
   * Sets the dimension of the labels: from 1, or -1 for the last. Each label has an output of its
   * own, like that of class 1 of two, and a target that is 0 or 1.
   *
   * @throws IllegalArgumentException if the axis is 0, or a dimension of classes is set
   */
  public ClassOutputs labelAxis(int axis) {
    return axes(axes.ofLabels(axis));
  }

  private ClassOutputs axes(ClassAxes newAxes) {
    return new ClassOutputs(kind, isOfLogits, newAxes, ignoredTarget, threshold, mask);
  }

  /** Sets the target of positions to ignore. */
  public ClassOutputs ignoredTarget(long target) {
    return new ClassOutputs(kind, isOfLogits, axes, target, threshold, mask);
  }

  /**
   * Sets the probability above which class 1 of two, or a label, is predicted; logits are compared
   * with its logit. Default: 0.5. Outputs with more than two classes refuse it.
   *
   * @param probability above 0 and below 1
   * @throws IllegalArgumentException if it is not
   */
  public ClassOutputs threshold(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "a threshold is a probability above 0 and below 1, for logits, too; given: "
              + probability);
    }
    return new ClassOutputs(kind, isOfLogits, axes, ignoredTarget, probability, mask);
  }

  /**
   * Sets the column of the dataset that selects the positions that count: 1 if a position counts, 0
   * if not. It has the shape of the positions; dimensions can be missing at its end, and so can
   * that of the labels.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public ClassOutputs mask(String column) {
    return new ClassOutputs(
        kind, isOfLogits, axes, ignoredTarget, threshold, Mask.ofColumn(column));
  }

  /** For a metric that is defined for logits, so that the kind need not be declared. */
  ClassOutputs ofLogits() {
    return new ClassOutputs(null, true, axes, ignoredTarget, threshold, mask);
  }

  /** The kind that the outputs are treated as. */
  OutputKind kind() {
    return kind == null ? OutputKind.LOGITS : kind;
  }

  /** Whether outputs have several labels. */
  boolean isMultiLabel() {
    return axes.areOfLabels();
  }

  long ignoredTarget() {
    return ignoredTarget;
  }

  ClassAxes axes() {
    return axes;
  }

  Mask mask() {
    return mask;
  }

  /** The columns of the dataset that are read; see {@link Metric#columns}. */
  List<String> columns() {
    return mask.columns();
  }

  /**
   * The scores of a batch.
   *
   * @throws IllegalArgumentException if the shapes of outputs, targets and mask don't match, a
   *     target is not a class, a mask is neither 0 nor 1, or a probability of a position that
   *     counts is not from 0 to 1; NaN is accepted
   */
  ClassScores scores(MetricBatch batch) {
    LabelledOutputs labelled = labelled(batch);
    labelled.check(kind());
    Cut cut = new Cut(kind(), kind == null && !isOfLogits, threshold);
    return labelled.layout().columns() == 1
        ? new OneColumn(labelled, cut)
        : new ColumnPerClass(labelled, cut, kind == null);
  }

  /** The outputs and targets of a batch, whatever the kind of the outputs. */
  LabelledOutputs labelled(MetricBatch batch) {
    return LabelledOutputs.of(batch, this);
  }
}
