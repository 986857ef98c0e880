package io.ostinato.schedule;

import java.util.Optional;

/**
 * The iteration in the name of a checkpoint, and the unit in which the name counts.
 *
 * <p>Recognises {@code net-E1_U10_S100.pt} and the names that other frameworks write:
 *
 * <ul>
 *   <li>numbers with a unit, such as {@code epoch=20-step=300.ckpt}, {@code iter_5000.pth}, {@code
 *       step-50k.pt}, {@code step_1,000.pt}, {@code 12epoch.pth} and {@code
 *       consumed_samples=8000.0};
 *   <li>{@code checkpoint_2_500.pt}: an epoch and an update;
 *   <li>a number after a word for a checkpoint, such as {@code checkpoint-500}, {@code
 *       model_0042.pt} and {@code net-7.pt}, or a number alone, such as {@code 1000.pt}. Some
 *       programs count updates this way, others epochs: the number is stored as the update, and its
 *       unit is {@link Unit#UNKNOWN}.
 * </ul>
 *
 * <p>Numbers are used as written, whether a framework counts from 0 or from 1; counts missing from
 * the name are 0. Numbers that belong to architectures, versions, dates, times, parts and metrics
 * are not iterations: {@code resnet50.pt}, {@code model-v2.pt}, {@code model_20261124.pt}, {@code
 * checkpoint_2026_11.pt}, {@code model_1795521600.pt}, {@code model-00001-of-00002.bin}, {@code
 * val_loss=0.35.pt}.
 *
 * @param form the name without the parts that differ between the checkpoints of one training:
 *     {@code #} replaces each number of the iteration and each value of a metric
 */
public record NamedIteration(TrainingIteration iteration, Unit unit, String form) {

  /** What a name counts: updates if it has them, otherwise samples, otherwise epochs. */
  public enum Unit {
    EPOCH,
    UPDATE,
    SAMPLE,
    /** A number without a unit, stored as the update. */
    UNKNOWN
  }

  /** The iteration in the name of a file or a folder, if there is one. */
  public static Optional<NamedIteration> findIn(String name) {
    return IterationNames.findIn(name);
  }

  /**
   * Whether this one is earlier according to the names: they have the same form, and their epochs,
   * updates and samples don't contradict each other, as they do in programs that restart the count
   * of updates in every epoch.
   */
  public boolean isBefore(NamedIteration other) {
    TrainingIteration next = other.iteration;
    boolean forward =
        iteration.epoch() <= next.epoch()
            && iteration.update() <= next.update()
            && iteration.sample() <= next.sample();
    boolean newEpochWithoutUpdate =
        iteration.epoch() < next.epoch()
            && iteration.update() == next.update()
            && next.update() > 0;
    return form.equals(other.form) && forward && !newEpochWithoutUpdate && !iteration.equals(next);
  }

  /** Whether the names have the same form but their numbers contradict each other. */
  public boolean contradicts(NamedIteration other) {
    return form.equals(other.form)
        && !iteration.equals(other.iteration)
        && !isBefore(other)
        && !other.isBefore(this);
  }
}
