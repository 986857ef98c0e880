package io.ostinato.schedule;

import java.util.Optional;

/**
 * The iteration in the name of a checkpoint, and the unit that the name counts in.
 *
 * <p>Read are {@code net-E1_U10_S100.pt} and the names that other frameworks give:
 *
 * <ul>
 *   <li>numbers with their unit, as in {@code epoch=20-step=300.ckpt}, {@code iter_5000.pth},
 *       {@code step-50k.pt}, {@code 12epoch.pth} and {@code consumed_samples=8000.0};
 *   <li>a number behind a word for a checkpoint, as in {@code checkpoint-500}, {@code
 *       model_0042.pt} and {@code net-7.pt}, or alone, as in {@code 1000.pt}: it counts updates;
 *   <li>{@code checkpoint_2_500.pt}: an epoch and an update.
 * </ul>
 *
 * <p>Numbers are taken as they are written, whether a framework counts from 0 or from 1; what the
 * name doesn't tell is 0. Numbers of architectures, versions, dates, parts and metrics are no
 * iterations: {@code resnet50.pt}, {@code model-v2.pt}, {@code model_20261124.pt}, {@code
 * model-00001-of-00002.bin}, {@code val_loss=0.35.pt}.
 *
 * @param unit UPDATE where the name tells updates; else SAMPLE where it tells samples; else EPOCH
 */
public record NamedIteration(TrainingIteration iteration, IntervalType unit) {

  public NamedIteration {
    if (unit == IntervalType.EVAL) {
      throw new IllegalArgumentException(
          "a name counts epochs, updates or samples; given: EVAL for %s".formatted(iteration));
    }
  }

  /** The iteration in the name of a file or a folder, if there is one. */
  public static Optional<NamedIteration> findIn(String name) {
    return IterationNames.findIn(name);
  }
}
