package io.ostinato.schedule;

import java.util.Optional;

/**
 * The iteration in the name of a checkpoint, and the unit that the name counts in.
 *
 * <p>Read are {@code net-E1_U10_S100.pt} and the names that other frameworks give:
 *
 * <ul>
 *   <li>numbers with their unit, as in {@code epoch=20-step=300.ckpt}, {@code iter_5000.pth},
 *       {@code step-50k.pt}, {@code step_1,000.pt}, {@code 12epoch.pth} and {@code
 *       consumed_samples=8000.0};
 *   <li>{@code checkpoint_2_500.pt}: an epoch and an update;
 *   <li>a number behind a word for a checkpoint, as in {@code checkpoint-500}, {@code
 *       model_0042.pt} and {@code net-7.pt}, or alone, as in {@code 1000.pt}. Some programs count
 *       updates so, others epochs: it is kept as the update, and its unit is {@link Unit#UNKNOWN}.
 * </ul>
 *
 * <p>Numbers are taken as they are written, whether a framework counts from 0 or from 1; what the
 * name doesn't tell is 0. Numbers of architectures, versions, dates, times, parts and metrics are
 * no iterations: {@code resnet50.pt}, {@code model-v2.pt}, {@code model_20261124.pt}, {@code
 * checkpoint_2026_11.pt}, {@code model_1795521600.pt}, {@code model-00001-of-00002.bin}, {@code
 * val_loss=0.35.pt}.
 *
 * @param form the name without what differs between the checkpoints of one training: with {@code #}
 *     for each number of the iteration and for values of metrics
 */
public record NamedIteration(TrainingIteration iteration, Unit unit, String form) {

  /** What a name counts: updates where it tells them; else samples, else epochs. */
  public enum Unit {
    EPOCH,
    UPDATE,
    SAMPLE,
    /** A number alone, kept as the update. */
    UNKNOWN
  }

  /** The iteration in the name of a file or a folder, if there is one. */
  public static Optional<NamedIteration> findIn(String name) {
    return IterationNames.findIn(name);
  }

  /**
   * Whether the names tell that this one is earlier: they have the same form, and their epochs,
   * updates and samples don't contradict each other, as those of programs do that count updates
   * anew in every epoch.
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

  /** Whether the names have the same form, and their numbers contradict each other. */
  public boolean contradicts(NamedIteration other) {
    return form.equals(other.form)
        && !iteration.equals(other.iteration)
        && !isBefore(other)
        && !other.isBefore(this);
  }
}
